// Bundles every file of entries/ into ../static/built/: a name with a hash of its content, a manifest that says which name is whose,
// and the licences of the packages that are in the bundles. Beside them, world.json: the outlines that maps are drawn with.

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { build } from "esbuild";
import { drawWorld } from "./world.mjs";

const here = import.meta.dirname;
const built = join(here, "..", "static", "built");

await rm(built, { recursive: true, force: true });
await mkdir(built, { recursive: true });

const entries = (await readdir(join(here, "entries"))).map((name) => join(here, "entries", name));
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: entries,
  outdir: built,
  entryNames: "[name]-[hash]",
  chunkNames: "shared-[hash]",
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* Licences of what is in here: licences.txt beside this file. */" },
  metafile: true,
  logLevel: "warning",
});

const manifest = {};
for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
  if (entryPoint) manifest[basename(entryPoint)] = basename(path);
}
await writeFile(join(built, "manifest.json"), JSON.stringify(manifest, null, 1));

await writeFile(join(built, "world.json"), JSON.stringify(await drawWorld()));

// A package is used if any of its bytes are in an output; the outlines of the world are drawn from those of one.
const used = new Set(["node_modules/world-atlas"]);
for (const { inputs } of Object.values(metafile.outputs)) {
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const package_ = path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/);
    if (package_ && bytesInOutput > 0) used.add(package_[0]);
  }
}
const notices = await Promise.all([...used].sort().map(notice));
await writeFile(join(built, "licences.txt"), notices.join(`\n${"-".repeat(80)}\n\n`));

async function notice(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(here, folder, "package.json"), "utf8"));
  const files = (await readdir(join(here, folder))).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  if (!license && files.length === 0) throw new Error(`${relative(here, folder)} has no licence`);
  const texts = await Promise.all(files.map((file) => readFile(join(here, folder, file), "utf8")));
  return `${name} ${version} (${license})\n\n${texts.join("\n")}`;
}
