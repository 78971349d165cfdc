// The face for browsers and bundlers: the module is fetched from beside this file.
import { opener } from "./model.js";

export { Model } from "./model.js";
export { StonechatError } from "./error.js";
export { simdSupported } from "./instance.js";

// Written out, so that bundlers see both files.
const places = {
  "stonechat.wasm": new URL("../wasm/stonechat.wasm", import.meta.url),
  "without-simd.patch": new URL("../wasm/without-simd.patch", import.meta.url),
};

opener(async (name) => {
  const response = await fetch(places[name]);
  if (!response.ok) throw new Error(`${places[name]}: ${response.status}; serve the package's folder wasm`);
  return response.arrayBuffer();
});
