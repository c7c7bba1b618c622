// Where the service is: bundles are two folders below its root, /static/built/, which may itself be below a path of the host.

const ROOT = new URL("../../", import.meta.url);

// The path of an address of the service: at("sparql").
export const at = (path) => new URL(path, ROOT).pathname;
