// node run.mjs MODULE.wasm SUITE: replays a suite in a WebAssembly module with each kernel that the module has.
import { readFileSync, writeSync } from "node:fs";

const PAGE = 65_536;
const [modulePath, suitePath] = process.argv.slice(2);
const suite = readFileSync(suitePath);
let memory;
const decoder = new TextDecoder();
let text = "";
const flush = () => {
  for (let bytes = Buffer.from(text); bytes.length > 0; ) bytes = bytes.subarray(writeSync(1, bytes));
  text = "";
};
const host = {
  put(start, length) {
    text += decoder.decode(new Uint8Array(memory.buffer, start, length));
    if (text.length > 1 << 16) flush();
  },
};
const { instance } = await WebAssembly.instantiate(readFileSync(modulePath), { host });
const exported = instance.exports;
memory = exported.memory;

/** Bytes behind all that there is. */
function grow(bytes) {
  return memory.grow(Math.ceil(bytes / PAGE)) * PAGE;
}

try {
  const at = grow(suite.length);
  new Uint8Array(memory.buffer, at, suite.length).set(suite);
  const needed = exported.memory_needed(at, suite.length);
  if (needed === 0) throw new Error("the suite is refused");
  const lent = grow(needed);
  for (let kernel = 0; kernel < exported.kernels(); kernel += 1) {
    if (exported.replay(kernel, at, suite.length, lent, needed) !== 0) throw new Error("replay failed");
  }
} catch (error) {
  flush();
  console.error(String(error));
  process.exitCode = 1;
} finally {
  flush();
}
