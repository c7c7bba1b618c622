"""Makes a release of what is committed: `python release.py` fills `dist/`, and is what `make release` runs.

| file | what |
|---|---|
| `graph_service-VERSION-py3-none-any.whl`, `graph_service-VERSION.tar.gz` | wheel and sdist, the same to the byte for one commit |
| `graph_service-VERSION.cdx.json` | what the wheel needs and has in it, as CycloneDX (SBOM) |
| `graph_service-VERSION-licences.txt` | the licences of all that, as their makers have written them |
| `SHA256SUMS` | the hashes of the others, for `sha256sum --check` |

What the wheel needs is looked up where nothing else is: in a fresh environment, into which the lock file and the wheel are installed.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent
DIST = ROOT / "dist"

#: The name by which the SBOM of an environment has the wheel.
NAME = "graph-service"

_NPM_LOCK = ROOT / "graph_service" / "web" / "frontend" / "package-lock.json"
_NPM_LICENCES = "graph_service/web/static/built/licences.txt"
_LINE = "-" * 80
_LICENCE_FILE = re.compile(r"(?i)(licen[cs]e|copying|notice|authors)")

#: An SBOM, or a part of one, as JSON has it.
Json = dict[str, Any]


@dataclass(frozen=True)
class Notice:
    """A package of others that comes along: its name, its version, what it says of its licence, and the words of the licence."""

    name: str
    version: str
    licence: str
    text: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.licence})\n\n{self.text.strip()}\n"


class ReleaseError(Exception):
    """Why no release can be made, in a sentence."""


def release() -> list[Path]:
    """The files of a release, made anew in `dist/`. Raises ReleaseError, or CalledProcessError where a program fails."""
    if _run("git", "status", "--porcelain").strip():
        raise ReleaseError("a release is made of what is committed, and `git status` tells of changes that are not")
    environment = {"SOURCE_DATE_EPOCH": _run("git", "log", "-1", "--format=%ct").strip(), **os.environ}
    shutil.rmtree(DIST, ignore_errors=True)
    _run(sys.executable, "-m", "hatchling", "build", environment=environment)
    (wheel,) = DIST.glob("*.whl")
    (sdist,) = DIST.glob("*.tar.gz")
    stem = DIST / sdist.name.removesuffix(".tar.gz")
    bundled = npm_notices(wheel)
    with tempfile.TemporaryDirectory() as folder:
        python = _installed(wheel, Path(folder))
        tell = (sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--sv", "1.6")
        found = _run(*tell, str(python), environment=environment)
        packages = list(distributions(path=[str(next(Path(folder).glob("lib/python*/site-packages")))]))
        bill = bill_of_materials(json.loads(found), packages, bundled, json.loads(_NPM_LOCK.read_text()))
        needed = needs(packages).keys() - {NAME}
        notices = [notice(package) for package in packages if canonicalize_name(package.name) in needed]
    texts = [str(notice) for notice in sorted({*notices, *bundled}, key=lambda notice: notice.name.lower())]
    text = json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if (wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)) is not None:
        raise ReleaseError(f"the SBOM is none: {wrong}")
    stem.with_name(stem.name + ".cdx.json").write_text(text)
    stem.with_name(stem.name + "-licences.txt").write_text(f"\n{_LINE}\n\n".join(texts))
    files = sorted(DIST.iterdir())
    (DIST / "SHA256SUMS").write_text("".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files))
    return [*files, DIST / "SHA256SUMS"]


def needs(packages: Iterable[Distribution]) -> dict[str, set[str]]:
    """What the wheel, and each package that it needs, directly or by others, needs of other packages here, by name.

    Of the requirements that a package states count those whose conditions hold on this system and Python, for the extras that are asked of
    it; that others happen to be installed says nothing. Raises ReleaseError if one that is needed is not installed.
    """
    installed = {canonicalize_name(package.name): package for package in packages}
    found: dict[str, set[str]] = {}
    waiting, seen = [(canonicalize_name(NAME), "")], set()
    while waiting:
        name, extra = asked = waiting.pop()
        if asked in seen:
            continue
        seen.add(asked)
        if name not in installed:
            raise ReleaseError(f"{name} is not installed in the environment that the SBOM is made of")
        for requirement in map(Requirement, installed[name].requires or []):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                other = canonicalize_name(requirement.name)
                found.setdefault(name, set()).add(other)
                waiting += [(other, wanted) for wanted in ("", *requirement.extras)]
        found.setdefault(name, set())
    return found


def bill_of_materials(environment: Json, packages: Iterable[Distribution], bundled: Iterable[Notice], lock: Json) -> Json:
    """The SBOM of the wheel, from that of an environment with `packages`, in which it is installed with other things.

    It has what the wheel `needs`, and the npm packages that are `bundled` into its scripts, with the hashes that npm's lock file says.
    Licences that the metadata of a package do not state are those of the SBOM that it brings. Raises ReleaseError as `needs` does.
    """
    packages = list(packages)
    edges = needs(packages)
    brought: dict[str, list[Json]] = {canonicalize_name(package.name): list(_licences_of_own_bill(package)) for package in packages}
    components: dict[str, Json] = {
        name: component for component in environment["components"] if (name := canonicalize_name(component["name"])) in edges
    }
    refs = {name: component["bom-ref"] for name, component in components.items()}
    # The file from which the wheel was installed is somewhere in the machine of whoever makes the release.
    wheel = {key: value for key, value in components[NAME].items() if key != "externalReferences"}
    parts = [_npm_component(notice, lock) for notice in bundled]
    others = [
        component if component.get("licenses") or not brought[name] else {**component, "licenses": brought[name]}
        for name, component in sorted(components.items())
        if name != NAME
    ]
    return {
        **environment,
        "metadata": {**environment["metadata"], "component": {**wheel, "type": "application", "components": parts}},
        "components": others,
        "dependencies": [{"ref": refs[name], "dependsOn": sorted(refs[other] for other in edges[name])} for name in sorted(edges)],
    }


def notice(package: Distribution) -> Notice:
    """What an installed package says of its licence: in its metadata, else in the SBOM that it brings; and its licence files."""
    metadata = package.metadata
    stated = str(metadata.json.get("license_expression") or metadata.json.get("license") or "").strip()
    if not stated or "\n" in stated:
        kinds = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or [] if line.startswith("License :: ")]
        kinds += [] if kinds else [licence["license"].get("id") or licence["license"]["name"] for licence in _licences_of_own_bill(package)]
        kinds += [] if kinds else [next(iter(stated.splitlines()), "not stated")]
        stated, text = ", ".join(kinds), stated
    else:
        text = ""
    files = [file for file in package.files or [] if ".dist-info" in file.parts[0] and _LICENCE_FILE.match(file.name)]
    texts = [Path(str(file.locate())).read_bytes().decode(errors="replace").strip() for file in sorted(files)]
    return Notice(package.name, package.version, stated, "\n\n".join(texts) or text or "The package has no text of a licence in it.")


def npm_notices(wheel: Path) -> list[Notice]:
    """The npm packages that are bundled into the scripts of a wheel, as its licences.txt has them. Raises ReleaseError if it has none."""
    with zipfile.ZipFile(wheel) as archive:
        parts = archive.read(_NPM_LICENCES).decode().split(f"\n{_LINE}\n\n")
    notices = []
    for part in parts:
        heading, _, text = part.partition("\n")
        found = re.fullmatch(r"(\S+) (\S+) \((.+)\)", heading)
        if found is None:
            raise ReleaseError(f"{_NPM_LICENCES} has a part that names no package: {heading!r}")
        notices.append(Notice(found[1], found[2], found[3], text))
    return notices


def _npm_component(notice: Notice, lock: Json) -> Json:
    """An npm package as a component; the hash is that of the archive on the registry, which the lock file has."""
    locked = lock["packages"][f"node_modules/{notice.name}"]
    algorithm, _, digest = locked["integrity"].partition("-")
    group, _, name = notice.name.rpartition("/")
    return {
        "type": "library",
        "bom-ref": f"npm:{notice.name}@{notice.version}",
        **({"group": group} if group else {}),
        "name": name,
        "version": notice.version,
        "licenses": [{"expression": notice.licence} if " " in notice.licence else {"license": {"id": notice.licence}}],
        "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}],
        "purl": f"pkg:npm/{notice.name.replace('@', '%40')}@{notice.version}",
    }


def _licences_of_own_bill(package: Distribution) -> Iterator[Json]:
    """The licences in the SBOM that a package brings of itself (PEP 770), one component for each."""
    for file in package.files or []:
        if file.match("*.dist-info/sboms/*.json"):
            for licence in json.loads(file.read_text())["metadata"]["component"].get("licenses", []):
                if "license" in licence:
                    yield {"license": {key: value for key, value in licence["license"].items() if key in {"id", "name"}}}


def _installed(wheel: Path, folder: Path) -> Path:
    """The Python of a fresh environment in `folder` that has the wheel, and what the lock file says it needs."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*pip, "--require-hashes", "--requirement", str(ROOT / "requirements" / "serve.txt"))
    _run(*pip, "--no-deps", str(wheel))
    return python


def _run(*command: str, environment: dict[str, str] | None = None) -> str:
    """What a program says, run in the checkout; what it complains of is on the terminal."""
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    try:
        for file in release():
            print(f"{file.relative_to(ROOT)}  {file.stat().st_size:,} bytes")
    except ReleaseError as error:
        sys.exit(f"No release is made: {error}.")
