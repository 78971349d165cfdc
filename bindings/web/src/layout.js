// The structures of stonechat.h as they lie in the memory of a 32-bit module. bindings/c/src/heap.rs holds the same numbers.
import { StonechatError } from "./error.js";

export const SIZE = { text: 8, modelInfo: 32, slotInfo: 20, phrase: 12, answer: 64, label: 20, slot: 36, time: 24, value: 112 };

const CERTAIN = 65536;
const DECISIONS = ["accept", "abstain"];

/** Reads numbers and texts at an address. */
const reader = (instance, address) => ({
  u32: (offset) => instance.view.getUint32(address + offset, true),
  i32: (offset) => instance.view.getInt32(address + offset, true),
  i64: (offset) => instance.view.getBigInt64(address + offset, true),
  text: (offset) => instance.text(address + offset),
});

export function modelInfo(instance, address) {
  const { u32, text } = reader(instance, address);
  return {
    labels: u32(0),
    slots: u32(4),
    multiLabel: u32(8) === 1,
    maxCharacters: u32(12),
    tier: text(16),
    meta: text(24),
  };
}

export function slotInfo(instance, address) {
  const { text } = reader(instance, address);
  return { name: text(0), type: text(12) };
}

export function answer(instance, address) {
  const { u32, text } = reader(instance, address);
  return {
    decision: DECISIONS[u32(0)],
    reason: text(8) || null,
    confidence: u32(16) / CERTAIN,
    labels: u32(20),
    ranking: u32(24),
    slots: u32(28),
    scores: u32(32),
    missingSlot: text(36) || null,
    read: {
      characters: u32(44),
      truncated: u32(48) === 1,
      words: u32(52),
      knownWords: u32(56),
      features: u32(60),
    },
  };
}

/** A label; the model knows its name. */
export function label(instance, address) {
  const { u32, i32 } = reader(instance, address);
  return { index: u32(0), score: i32(12), confidence: u32(16) / CERTAIN };
}

/** A slot, whose limits are still bytes; the model knows its name. */
export function slot(instance, address) {
  const { u32 } = reader(instance, address);
  return { index: u32(0), start: u32(24), end: u32(28), confidence: u32(32) / CERTAIN, decision: DECISIONS[u32(36)] };
}

export function writeTime(instance, address, time) {
  const { view } = instance;
  const fields = [time.year, time.month, time.day, time.hour ?? 0, time.minute ?? 0, time.second ?? 0];
  if (!fields.every((field) => Number.isInteger(field) && field >= 0 && field < 1e5)) {
    throw new StonechatError("no_such_time", "a time needs year, month and day as whole numbers");
  }
  fields.forEach((field, at) => view.setUint32(address + 4 * at, field, true));
}

/** A value of this type; `text` is the same as text. */
export function value(instance, address, type, text) {
  const { u32, i32, i64, text: textAt } = reader(instance, address);
  const time = () => ({ hour: u32(76), minute: u32(80), second: u32(84), meridiemKnown: u32(88) === 1 });
  switch (type) {
    case "choice":
      return { type, text, index: u32(32), distance: u32(36) };
    case "number":
    case "ordinal":
    case "percent":
      return { type, text, number: Number(text) };
    case "temperature":
    case "money":
      return { type, text, number: Number(text), unit: textAt(100) };
    case "duration":
      return { type, text, months: u32(20), days: u32(16), milliseconds: Number(i64(8)) };
    case "date":
      return { type, text, date: date(u32, i32) };
    case "time":
      return { type, text, time: time() };
    case "datetime":
      return { type, text, date: date(u32, i32), time: u32(72) === 1 ? time() : null };
    default:
      return { type, text };
  }
}

function date(u32, i32) {
  const year = i32(44);
  switch (u32(40)) {
    case 1:
      return { kind: "day", year, month: u32(48), day: u32(52) };
    case 2:
      return { kind: "week", year, week: u32(56) };
    case 3:
      return { kind: "month", year, month: u32(48) };
    case 4:
      return { kind: "year", year };
    case 5:
      return {
        kind: "interval",
        first: { year, month: u32(48), day: u32(52) },
        last: { year: i32(60), month: u32(64), day: u32(68) },
      };
    default:
      return null;
  }
}
