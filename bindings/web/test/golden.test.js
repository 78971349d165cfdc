// Replays the golden tables (golden/README.md defines them) with both modules, bit for bit.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Model } from "stonechat";

const golden = new URL("../../../golden/", import.meta.url);
const read = (path) => readFileSync(new URL(path, golden));
const versions = readdirSync(new URL("cases/", golden)).sort();
const tables = versions.flatMap((version) =>
  readdirSync(new URL(`cases/${version}/`, golden))
    .sort()
    .map((name) => `cases/${version}/${name}`),
);

/** FNV-1a over the scores. */
function hash(scores) {
  const bytes = new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength);
  const sum = bytes.reduce((sum, byte) => BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n);
  return sum.toString(16).padStart(16, "0");
}

const raw = (confidence) => confidence * 65536;

/** A date as ISO 8601 has it, from its fields. */
function written(date) {
  const pad = (number, width = 2) => String(number).padStart(width, "0");
  const day = ({ year, month, day }) => `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
  switch (date.kind) {
    case "day":
      return day(date);
    case "week":
      return `${pad(date.year, 4)}-W${pad(date.week)}`;
    case "month":
      return `${pad(date.year, 4)}-${pad(date.month)}`;
    case "year":
      return pad(date.year, 4);
    case "interval":
      return `${day(date.first)}/${day(date.last)}`;
  }
}

const clock = ({ hour, minute, second }) =>
  [hour, minute, ...(second > 0 ? [second] : [])].map((number) => String(number).padStart(2, "0")).join(":");

/** The same value from its fields. */
function fromFields(value) {
  switch (value.type) {
    case "number":
    case "ordinal":
    case "percent":
    case "temperature":
    case "money":
      return String(value.number);
    case "date":
      return written(value.date);
    case "time":
      return clock(value.time);
    case "datetime":
      return written(value.date) + (value.time ? `T${clock(value.time)}` : "");
    default:
      return value.text;
  }
}

const seen = new Set();

function compare(answer, due) {
  assert.equal(answer.decision, due.decision);
  assert.equal(answer.reason, due.reason);
  assert.equal(raw(answer.confidence), due.confidence);
  assert.deepEqual(
    answer.labels.map(({ name }) => name),
    due.labels,
  );
  const top = answer.ranking.map(({ name, score, confidence }) => ({ label: name, score, confidence: raw(confidence) }));
  assert.deepEqual(top, due.top);
  assert.equal(hash(answer.scores), due.score_hash);
  const { knownWords, ...rest } = answer.read;
  assert.deepEqual({ ...rest, known_words: knownWords }, due.read);
  assert.equal(answer.missingSlot, due.missing_slot ?? null);
  const slots = answer.slots.map(({ name, start, end, confidence, value }) => ({
    name,
    start: [...due.text.slice(0, start)].length,
    end: [...due.text.slice(0, end)].length,
    confidence: raw(confidence),
    value: value?.text ?? null,
    unit: value?.unit ?? null,
    distance: value?.distance ?? null,
  }));
  assert.deepEqual(slots, due.slots ?? []);
  for (const slot of answer.slots) {
    assert.equal(slot.text, due.text.slice(slot.start, slot.end));
    if (slot.value === null) continue;
    assert.equal(slot.value.type, slot.type);
    assert.equal(fromFields(slot.value), slot.value.text);
    seen.add(slot.type);
  }
}

for (const simd of [true, false]) {
  for (const path of tables) {
    test(`${path} ${simd ? "with" : "without"} SIMD`, async () => {
      const [head, ...cases] = read(path)
        .toString()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      assert.ok(cases.length >= 60);
      const model = await Model.open(read(head.model), { simd });
      assert.deepEqual(model.labels, head.labels);
      assert.deepEqual(
        model.slots.map(({ name }) => name),
        head.slots ?? [],
      );
      assert.deepEqual(
        model.slots.map(({ type }) => type),
        head.types ?? [],
      );
      assert.equal(model.multiLabel, head.kind === "multi-label");
      assert.ok(model.verify() > 0);
      for (const due of cases) {
        try {
          compare(model.predict(due.text, { now: head.reference, scores: true }), due);
        } catch (error) {
          error.message = `${due.name}: ${error.message}`;
          throw error;
        }
      }
      model.close();
    });
  }
}

test("the tables hold many kinds of values", () => {
  assert.ok(tables.length >= 8 && seen.size >= 10, [...seen].join());
});
