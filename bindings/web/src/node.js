// The face for Node: the module lies beside this file.
import { readFile } from "node:fs/promises";
import { opener } from "./model.js";

export { Model } from "./model.js";
export { StonechatError } from "./error.js";
export { simdSupported } from "./instance.js";

opener((name) => readFile(new URL(`../wasm/${name}`, import.meta.url)));
