// The engine as a WebAssembly instance, and its memory.
import { OK, OUT_OF_MEMORY, StonechatError } from "./error.js";

// A module with one instruction of the kind: `i32x4.splat` of a constant, dropped.
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 17, 26, 11,
]);

/** Whether this engine of JavaScript runs the quicker module. */
export const simdSupported = () => WebAssembly.validate(SIMD);

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** One instance: exported functions, and reading and writing in its memory. */
export class Instance {
  #exports;
  #view;
  #bytes;
  // Room for a text, which grows and is kept.
  #room = { start: 0, length: 0 };
  /** Whether it ended in the middle of a call, and answers nothing any more. */
  stopped = false;

  constructor(exports) {
    this.#exports = exports;
    this.#look();
  }

  static async start(module) {
    // The module asks for nothing: it has no way to reach the outside.
    const compiled = module instanceof WebAssembly.Module ? module : await WebAssembly.compile(module);
    const { exports } = await WebAssembly.instantiate(compiled, {});
    return new Instance(exports);
  }

  // Whenever the memory grows, the views that there were see nothing any more.
  #look() {
    const { buffer } = this.#exports.memory;
    if (this.#bytes?.buffer !== buffer || this.#bytes.length !== buffer.byteLength) {
      this.#bytes = new Uint8Array(buffer);
      this.#view = new DataView(buffer);
    }
  }

  get bytes() {
    this.#look();
    return this.#bytes;
  }

  get view() {
    this.#look();
    return this.#view;
  }

  /** Calls a function by the end of its name; a status that is not listed in `expected` is thrown. */
  call(name, args, ...expected) {
    if (this.stopped) throw new StonechatError("internal", "the engine stopped before; open the model again");
    let status;
    try {
      status = this.#exports[`stonechat_${name}`](...args);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      this.stopped = true;
      throw new StonechatError("internal", `the engine stopped: ${error.message}`);
    }
    if (status !== OK && !expected.includes(status)) throw new StonechatError(status, this.message(status));
    return status;
  }

  message(status) {
    const start = this.#exports.stonechat_message(status);
    const { bytes } = this;
    return this.decode(start, bytes.indexOf(0, start) - start);
  }

  free(name, handle) {
    if (!this.stopped) this.#exports[`stonechat_${name}_free`](handle);
  }

  take(length) {
    const start = this.#exports.stonechat_take(length);
    if (start === 0) throw new StonechatError(OUT_OF_MEMORY, this.message(OUT_OF_MEMORY));
    return start;
  }

  giveBack(start, length) {
    if (!this.stopped) this.#exports.stonechat_give_back(start, length);
  }

  /** Memory for the time of a call. */
  lend(length, body) {
    const start = this.take(length);
    try {
      return body(start);
    } finally {
      this.giveBack(start, length);
    }
  }

  /** Writes a text as UTF-8 and tells where it lies; it stays until the next one. Half a surrogate pair becomes U+FFFD. */
  write(text) {
    const most = text.length * 3;
    if (this.#room.length < most) {
      this.giveBack(this.#room.start, this.#room.length);
      this.#room = { start: 0, length: 0 };
      const length = Math.max(1024, most);
      this.#room = { start: this.take(length), length };
    }
    const { start, length } = this.#room;
    const { written } = encoder.encodeInto(text, this.bytes.subarray(start, start + length));
    return { start, length: written };
  }

  /** The text that a `StonechatText` at this address is. */
  text(address) {
    return this.decode(this.view.getUint32(address, true), this.view.getUint32(address + 4, true));
  }

  decode(start, length) {
    return decoder.decode(this.bytes.subarray(start, start + length));
  }
}
