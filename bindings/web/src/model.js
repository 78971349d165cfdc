// A model, ready to answer.
import { OK, StonechatError, TOO_SHORT, UNRESOLVED } from "./error.js";
import { Instance, simdSupported } from "./instance.js";
import * as layout from "./layout.js";
import { units } from "./offsets.js";
import { patched } from "./patch.js";
import { localTime } from "./time.js";

const { SIZE } = layout;
// A structure, and behind it a length.
const SCRATCH = 256;
const LENGTH = 192;
// How the bytes of a file of the folder wasm are had; each face tells.
let fetched;
// One instance of each module is enough for all models.
const instances = new Map();

/** Tells how the bytes of a file of this name are had. */
export function opener(how) {
  fetched = how;
}

async function instanceOf({ simd = simdSupported(), wasm }) {
  // A module that the caller gave is the caller's to keep.
  if (wasm !== undefined) return Instance.start(wasm);
  // One that stopped in the middle of something is not to be trusted.
  if (instances.has(simd) && (await instances.get(simd)).stopped) instances.delete(simd);
  if (!instances.has(simd)) {
    const started = moduleOf(simd).then((module) => Instance.start(module));
    instances.set(simd, started);
    // A failure, perhaps of the network, is not kept.
    started.catch(() => instances.delete(simd));
  }
  return instances.get(simd);
}

async function moduleOf(simd) {
  // Few machines need the other module, so it comes as what differs.
  const [module, patch] = await Promise.all([fetched("stonechat.wasm"), simd ? undefined : fetched("without-simd.patch")]);
  return simd ? module : patched(new Uint8Array(module), new Uint8Array(patch));
}

function bytesOf(data) {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new TypeError("a model is an ArrayBuffer or a view of one, such as a Uint8Array");
}

/** A model with its engine. */
export class Model {
  #instance;
  #file;
  // Where structures are written for the time of a call.
  #scratch = 0;
  #model = 0;
  #engine = 0;
  #meta;

  /** Opens a model. @see stonechat.d.ts */
  static async open(data, options = {}) {
    return new Model(await instanceOf(options), bytesOf(data));
  }

  /** Use `Model.open`. */
  constructor(instance, bytes) {
    this.#instance = instance;
    const length = bytes.length;
    this.#file = { start: instance.take(length), length };
    try {
      this.#scratch = instance.take(SCRATCH);
      instance.bytes.set(bytes, this.#file.start);
      this.#open();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #open() {
    const instance = this.#instance;
    const { start, length } = this.#file;
    const handle = (instance, at) => instance.view.getUint32(at, true);
    try {
      this.#model = this.#read((at) => ["model_open", [start, length, at]], handle);
    } catch (error) {
      throw new StonechatError(error.code, this.#why() || error.message);
    }
    this.#engine = this.#read((at) => ["engine_new", [this.#model, at]], handle);
    const info = this.#read((at) => ["model_info", [this.#model, at]], layout.modelInfo);
    const names = (count, name, read) =>
      Object.freeze(Array.from({ length: count }, (_, index) => this.#read((at) => [name, [this.#model, index, at]], read)));
    this.labels = names(info.labels, "model_label", (instance, at) => instance.text(at));
    this.slots = names(info.slots, "model_slot", layout.slotInfo);
    this.kernel = this.#read((at) => ["engine_kernel", [this.#engine, at]], (instance, at) => instance.text(at));
    this.memory = this.#read((at) => ["engine_size", [this.#model, at]], (instance, at) => instance.view.getUint32(at, true));
    this.tier = info.tier;
    this.multiLabel = info.multiLabel;
    this.maxCharacters = info.maxCharacters;
    this.#meta = info.meta;
  }

  // Why the bytes are no model.
  #why() {
    const { start, length } = this.#file;
    return this.#words((buffer, capacity, place) => ["explain", [start, length, buffer, capacity, place]]);
  }

  // Calls a function that writes one structure, and reads that.
  #read(call, read) {
    this.#instance.call(...call(this.#scratch));
    return read(this.#instance, this.#scratch);
  }

  // Calls a function that writes words into a buffer: first for their length.
  #words(call) {
    const instance = this.#instance;
    const place = this.#scratch + LENGTH;
    instance.call(...call(0, 0, place), TOO_SHORT);
    const length = instance.view.getUint32(place, true);
    return instance.lend(length + 1, (buffer) => {
      instance.call(...call(buffer, length + 1, place));
      return instance.decode(buffer, length);
    });
  }

  #awake() {
    if (this.#engine === 0) throw new StonechatError("closed", "the model was closed; open it again");
  }

  get meta() {
    return JSON.parse(this.#meta);
  }

  verify() {
    this.#awake();
    return this.#read((at) => ["verify", [this.#engine, at]], (instance, at) => instance.view.getUint32(at, true));
  }

  predict(text, { now, scores = false } = {}) {
    this.#awake();
    if (typeof text !== "string") throw new TypeError("a text is a string");
    const instance = this.#instance;
    const time = now === undefined || now === null ? null : localTime(now);
    const { start, length } = instance.write(text);
    const { labels, ranking, slots, scores: count, ...found } = this.#read(
      (at) => ["predict", [this.#engine, start, length, at]],
      layout.answer,
    );
    const all = (count, name) =>
      Array.from({ length: count }, (_, index) => {
        const label = this.#read((at) => [name, [this.#engine, index, at]], layout.label);
        return { index: label.index, name: this.labels[label.index], score: label.score, confidence: label.confidence };
      });
    const ranked = all(ranking, "ranking");
    return {
      text,
      ...found,
      label: this.multiLabel ? null : (ranked[0] ?? null),
      labels: all(labels, "label"),
      ranking: ranked,
      slots: this.#slots(text, length, slots, time),
      ...(scores && { scores: this.#scores(count) }),
    };
  }

  #slots(text, bytes, count, time) {
    const raw = Array.from({ length: count }, (_, index) =>
      this.#read((at) => ["slot", [this.#engine, index, at]], layout.slot),
    );
    const limits = units(text, bytes, raw.flatMap(({ start, end }) => [start, end]));
    return raw.map(({ index, confidence, decision }, at) => {
      const [start, end] = limits.slice(2 * at, 2 * at + 2);
      const { name, type } = this.slots[index];
      return { name, type, text: text.slice(start, end), start, end, confidence, decision, value: this.#value(at, type, time) };
    });
  }

  #value(slot, type, time) {
    const instance = this.#instance;
    const at = this.#scratch;
    const now = time === null ? 0 : at + SIZE.value;
    if (time !== null) layout.writeTime(instance, now, time);
    if (instance.call("value", [this.#engine, slot, now, at], UNRESOLVED) !== OK) return null;
    const words = this.#words((buffer, capacity, place) => ["value_text", [this.#engine, slot, now, buffer, capacity, place]]);
    return layout.value(instance, at, type, words);
  }

  #scores(count) {
    const instance = this.#instance;
    return instance.lend(4 * count + 4, (at) => {
      instance.call("scores", [this.#engine, at, count, at + 4 * count]);
      return Int32Array.from({ length: count }, (_, index) => instance.view.getInt32(at + 4 * index, true));
    });
  }

  setValues(slot, values) {
    this.#awake();
    const entries = Array.from(values, (entry) => (typeof entry === "string" ? { value: entry } : entry));
    const phrases = entries.flatMap(({ value, synonyms = [] }, index) => [value, ...synonyms].map((phrase) => ({ phrase, index })));
    const texts = [String(slot), ...entries.map(({ value }) => value), ...phrases.map(({ phrase }) => phrase)];
    if (!texts.every((text) => typeof text === "string")) throw new TypeError("a value is a string, or has `value` and `synonyms`");
    const encoded = texts.map((text) => new TextEncoder().encode(text));
    const bytes = encoded.reduce((sum, { length }) => sum + length, 0);
    const instance = this.#instance;
    const [list, table] = [SIZE.text * entries.length, SIZE.phrase * phrases.length];
    // The tables, then the texts that they point to.
    instance.lend(table + list + bytes, (start) => {
      const { view, bytes: memory } = instance;
      let at = start + table + list;
      const places = encoded.map((text) => {
        memory.set(text, at);
        at += text.length;
        return { start: at - text.length, length: text.length };
      });
      const put = (address, { start, length }) => {
        view.setUint32(address, start, true);
        view.setUint32(address + 4, length, true);
      };
      entries.forEach((_, index) => put(start + table + SIZE.text * index, places[1 + index]));
      phrases.forEach(({ index }, number) => {
        put(start + SIZE.phrase * number, places[1 + entries.length + number]);
        view.setUint32(start + SIZE.phrase * number + 8, index, true);
      });
      const name = places[0];
      instance.call("set_values", [this.#engine, name.start, name.length, start, phrases.length, start + table, entries.length]);
    });
  }

  close() {
    const instance = this.#instance;
    instance.free("engine", this.#engine);
    instance.free("model", this.#model);
    instance.giveBack(this.#scratch, SCRATCH);
    if (this.#file !== undefined) instance.giveBack(this.#file.start, this.#file.length);
    [this.#engine, this.#model, this.#scratch, this.#file] = [0, 0, 0, undefined];
  }
}

// Where the language has it, `using model = await Model.open(…)` closes the model by itself.
if (Symbol.dispose !== undefined) Model.prototype[Symbol.dispose] = Model.prototype.close;
