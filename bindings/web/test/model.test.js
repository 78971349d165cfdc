// What else the package promises: errors, offsets, memory that grows, lists of values.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Model, StonechatError, simdSupported } from "stonechat";
import { patched } from "../src/patch.js";

const file = (name) => readFileSync(new URL(`../../../golden/models/v1/${name}.stone`, import.meta.url));
const lights = file("smart-home");
const part = (name) => readFileSync(new URL(`../wasm/${name}`, import.meta.url));
const code = (code) => (error) => error instanceof StonechatError && error.code === code && error.message.length > 10;

test("bytes that are no model are refused with a reason", async () => {
  await assert.rejects(Model.open(new ArrayBuffer(0)), code("not_a_model"));
  await assert.rejects(Model.open(new Uint8Array(100)), code("not_a_model"));
  await assert.rejects(Model.open(lights.subarray(0, 5000)), (error) => code("damaged")(error) && /byte 16/.test(error.message));
  const changed = Uint8Array.from(lights);
  changed[100_000] ^= 1;
  await assert.rejects(Model.open(changed), code("damaged"));
  await assert.rejects(Model.open("lights"), TypeError);
  await assert.rejects(Model.open(undefined), TypeError);
});

test("a model is had from buffers and views of them", async () => {
  const shifted = new Uint8Array(lights.length + 3);
  shifted.set(lights, 3);
  for (const data of [lights, Uint8Array.from(lights).buffer, shifted.subarray(3), new DataView(shifted.buffer, 3)]) {
    const model = await Model.open(data);
    assert.equal(model.predict("turn the kitchen lights off").label.name, "lights.off");
    assert.equal(model.meta.task.name ?? "", model.meta.task.name);
    model.close();
  }
});

test("offsets count as JavaScript counts", async () => {
  const model = await Model.open(lights);
  for (const before of ["", "é ", "😀 ", "日本 ", "e\u0301 ", "\ud800 ", "👩‍👩‍👧 𝕳 "]) {
    const text = `${before}turn on the kitchen light`;
    const [slot] = model.predict(text).slots.filter(({ name }) => name === "room");
    assert.equal(slot.text, "kitchen", JSON.stringify(text));
    assert.equal(slot.start, before.length + "turn on the ".length);
    assert.equal(slot.end, slot.start + "kitchen".length);
  }
  model.close();
});

test("times to count from, in each form", async () => {
  const model = await Model.open(lights);
  const value = (now) => model.predict("set an alarm for tomorrow at half past six pm", { now }).slots.at(-1)?.value;
  const fields = { year: 2026, month: 11, day: 22, hour: 14 };
  const due = value("2026-11-22T14:00:00");
  assert.equal(due.text, "2026-11-23T18:30");
  assert.deepEqual(due, {
    type: "datetime",
    text: "2026-11-23T18:30",
    date: { kind: "day", year: 2026, month: 11, day: 23 },
    time: { hour: 18, minute: 30, second: 0, meridiemKnown: true },
  });
  for (const now of ["2026-11-22T14:00", new Date(2026, 10, 22, 14), fields]) assert.deepEqual(value(now), due);
  assert.equal(value(undefined), null);
  assert.equal(value(null), null);
  for (const now of ["tomorrow", "2026-02-30", "2026-11-22T25:00", new Date(NaN), {}, { ...fields, month: -1 }, 7]) {
    assert.throws(() => value(now), code("no_such_time"), String(now));
  }
  model.close();
});

test("a list of values that was not trained", async () => {
  const model = await Model.open(lights);
  const room = () => model.predict("turn off the lights in the conservatory").slots.find(({ name }) => name === "room")?.value;
  assert.throws(() => model.setValues("rooom", []), code("unknown_slot"));
  assert.throws(() => model.setValues("level", ["x"]), code("not_a_choice"));
  assert.throws(() => model.setValues("room", [7]), TypeError);
  model.setValues("room", ["cellar", { value: "Wintergarten 🌿", synonyms: ["conservatory", "orangery"] }]);
  assert.deepEqual(room(), { type: "choice", text: "Wintergarten 🌿", index: 1, distance: 0 });
  assert.throws(() => model.verify(), code("values_set"));
  model.setValues("room", []);
  assert.equal(room() ?? null, null);
  model.close();
});

test("memory grows, and what was open stays open", async () => {
  const first = await Model.open(lights);
  const before = first.predict("dim the bedroom to 30 percent", { scores: true });
  const many = [];
  for (let count = 0; count < 40; count += 1) many.push(await Model.open(lights));
  const long = "dim the bedroom to 30 percent and ".repeat(200_000);
  const answer = many.at(-1).predict(long);
  assert.equal(answer.read.truncated, true);
  assert.deepEqual(first.predict("dim the bedroom to 30 percent", { scores: true }), before);
  for (const model of many) model.close();
  first.close();
});

test("memory is given back", async () => {
  // No other test here starts the plain module, so this one sees its instance start.
  const { instantiate } = WebAssembly;
  let memory;
  WebAssembly.instantiate = async (...all) => {
    const instance = await instantiate(...all);
    ({ memory } = instance.exports);
    return instance;
  };
  const round = async () => {
    const model = await Model.open(lights, { simd: false });
    model.setValues("room", ["cellar", "attic"]);
    model.predict("turn off the cellar light at half past six", { now: "2026-11-22", scores: true });
    assert.throws(() => model.setValues("rooom", ["x"]));
    model.close();
    await assert.rejects(Model.open(lights.subarray(0, 200_000), { simd: false }));
  };
  await round();
  WebAssembly.instantiate = instantiate;
  const bytes = memory.buffer.byteLength;
  for (let count = 0; count < 300; count += 1) await round();
  assert.equal(memory.buffer.byteLength, bytes);
});

test("an engine that stops is not asked again, and the next model gets a new one", async () => {
  const { instantiate } = WebAssembly;
  const stop = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  WebAssembly.instantiate = async (...all) => ({ exports: { ...(await instantiate(...all)).exports, stonechat_predict: stop } });
  const wasm = part("stonechat.wasm");
  const stopping = await Model.open(lights, { wasm });
  WebAssembly.instantiate = instantiate;
  assert.throws(() => stopping.predict("hello"), (error) => code("internal")(error) && /unreachable/.test(error.message));
  assert.throws(() => stopping.verify(), code("internal"));
  stopping.close();
  const next = await Model.open(lights, { wasm });
  assert.equal(next.predict("turn the kitchen lights off").label.name, "lights.off");
  next.close();
});

test("a closed model says so", async () => {
  const model = await Model.open(lights);
  model.close();
  model.close();
  assert.throws(() => model.predict("hello"), code("closed"));
  assert.throws(() => model.verify(), code("closed"));
  assert.throws(() => model.setValues("room", []), code("closed"));
});

test("anything but a string is no text", async () => {
  const model = await Model.open(lights);
  for (const text of [undefined, null, 7, {}, ["x"]]) assert.throws(() => model.predict(text), TypeError);
  for (const text of ["", "\0", "\ud800", "\udc00\ud800", "a\0b"]) assert.equal(typeof model.predict(text).decision, "string");
  model.close();
});

test("the modules ask for nothing, and each runs where it can", async () => {
  const simd = part("stonechat.wasm");
  const plain = patched(simd, part("without-simd.patch"));
  assert.equal(simdSupported(), WebAssembly.validate(simd));
  assert.ok(WebAssembly.validate(plain) && !simd.equals(plain));
  for (const wasm of [plain, simd]) {
    assert.deepEqual(WebAssembly.Module.imports(await WebAssembly.compile(wasm)), []);
    const model = await Model.open(lights, { wasm });
    assert.ok(model.verify() > 0);
    assert.ok(model.kernel.length > 3);
    model.close();
  }
});
