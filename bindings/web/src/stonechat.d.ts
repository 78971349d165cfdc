/** A call that failed. */
export class StonechatError extends Error {
  /**
   * What is wrong, as one word: `not_a_model`, `unknown_format`, `damaged`, `mismatch`, `no_such_time`, `unknown_slot`,
   * `not_a_choice`, `values_set`, `out_of_memory`, `internal`, `closed`, or another of later versions.
   */
  readonly code: string;
}

/** Whether this engine of JavaScript runs the quicker of the two modules. */
export function simdSupported(): boolean;

export interface OpenOptions {
  /** Which of the two modules runs; the answers are the same. Without it, the quicker one where it can run. */
  simd?: boolean;
  /** Bytes of a module, or a compiled one, for pages that load it in their own way. It gets an instance of its own. */
  wasm?: BufferSource | WebAssembly.Module;
}

/** A local date and time. */
export interface LocalTime {
  /** 1 to 9999. */
  year: number;
  /** 1 to 12. */
  month: number;
  /** 1 to 31. */
  day: number;
  /** 0 to 23. */
  hour?: number;
  minute?: number;
  second?: number;
}

export interface PredictOptions {
  /**
   * What `tomorrow` counts from: a `Date`, of which the local time counts, text such as `2026-11-22T18:30`, or its fields.
   * Without it, slots that depend on the day or the time have no value.
   */
  now?: Date | string | LocalTime | null;
  /** Whether the scores of all labels are wanted. */
  scores?: boolean;
}

/** A label of an answer. */
export interface Label {
  /** Its place among the model's labels. */
  index: number;
  name: string;
  /** Its logit, in 65536ths: equal on every machine, bit for bit. */
  score: number;
  /** How probable it is, 0 to 1, in steps of 1/65536. */
  confidence: number;
}

export type SlotType =
  | "text"
  | "choice"
  | "number"
  | "ordinal"
  | "percent"
  | "temperature"
  | "duration"
  | "date"
  | "time"
  | "datetime"
  | "money"
  | "regex";

/** A part of the calendar. */
export type DateValue =
  | { kind: "day"; year: number; month: number; day: number }
  | { kind: "week"; year: number; week: number }
  | { kind: "month"; year: number; month: number }
  | { kind: "year"; year: number }
  | {
      kind: "interval";
      first: { year: number; month: number; day: number };
      last: { year: number; month: number; day: number };
    };

/** A time of day. Where the half of the day was not said, `meridiemKnown` is false and it may be meant twelve hours off. */
export interface TimeValue {
  hour: number;
  minute: number;
  second: number;
  meridiemKnown: boolean;
}

/**
 * What a slot stands for. `text` is exact: numbers with all digits, dates, times and durations as ISO 8601 has them, a choice by
 * its declared value.
 */
export type Value =
  | { type: "text" | "regex"; text: string }
  /** `index`: its place among the values; `distance`: edits between what the text says and a phrase, 0 to 2. */
  | { type: "choice"; text: string; index: number; distance: number }
  | { type: "number" | "ordinal" | "percent"; text: string; number: number }
  /** `unit`: `celsius`, `fahrenheit` or `degree`, or the ISO 4217 code of a currency. */
  | { type: "temperature" | "money"; text: string; number: number; unit: string }
  | { type: "duration"; text: string; months: number; days: number; milliseconds: number }
  | { type: "date"; text: string; date: DateValue }
  | { type: "time"; text: string; time: TimeValue }
  | { type: "datetime"; text: string; date: DateValue; time: TimeValue | null };

/** A slot of an answer. */
export interface Slot {
  name: string;
  type: SlotType;
  /** The part of the text that it is: `answer.text.slice(start, end)`. */
  text: string;
  /** Where it begins, in UTF-16 units, as JavaScript counts. */
  start: number;
  /** Where it ends. */
  end: number;
  /** How probable it is that the slot has exactly these limits, 0 to 1. */
  confidence: number;
  /** `abstain`: that is less than the model asks of a slot; it may be asked for again. */
  decision: "accept" | "abstain";
  /** What it stands for; null if that cannot be told. */
  value: Value | null;
}

/** The answer to a text. */
export interface Answer {
  text: string;
  /** `abstain`: the model does not know, and the rest is its best guess. */
  decision: "accept" | "abstain";
  /** Why it abstains, as `low_confidence`, `no_known_words`, `out_of_scope`, `too_long`, `missing_slot`, `unsure_slot` or a word of later versions. */
  reason: string | null;
  /** The confidence of the whole answer, 0 to 1. */
  confidence: number;
  /** The best label; null in models of slots alone, and where a text may have any number of labels. */
  label: Label | null;
  /** The labels of the answer: one, or, of a multi-label model, any number. */
  labels: Label[];
  /** The best labels, best first: at most five. */
  ranking: Label[];
  slots: Slot[];
  /** The first slot that the label requires and the text lacks. */
  missingSlot: string | null;
  /** How much of the text was read, and how much of it was known. */
  read: { characters: number; truncated: boolean; words: number; knownWords: number; features: number };
  /** The scores of all labels, in the order of `model.labels`, in 65536ths; if asked for. */
  scores?: Int32Array;
}

/** A model, ready to answer. */
export class Model {
  /**
   * Opens a model from the bytes of its file, which are copied. Every check happens here.
   * @throws {StonechatError} the bytes are no model, or a damaged one; the message says where and what to do.
   */
  static open(data: ArrayBuffer | ArrayBufferView, options?: OpenOptions): Promise<Model>;
  private constructor();

  /** The names of the labels. */
  readonly labels: readonly string[];
  /** The slots that it finds. */
  readonly slots: readonly { name: string; type: SlotType }[];
  /** Which kind of model it is, such as `bag`. */
  readonly tier: string;
  /** Whether a text may have any number of labels. */
  readonly multiLabel: boolean;
  /** Characters of a text that are read; the rest does not count. */
  readonly maxCharacters: number;
  /** Bytes that its engine takes, beside the file. */
  readonly memory: number;
  /** The name of the instructions that compute; the answers do not depend on it. */
  readonly kernel: string;
  /** Task, recipe, data and metrics, as the trainer wrote them. */
  readonly meta: unknown;

  /**
   * Answers the examples recorded in the file and compares, bit for bit.
   * @returns how many there are.
   * @throws {StonechatError} one is answered otherwise: the file or the machine is broken.
   */
  verify(): number;

  /** Answers to a text. */
  predict(text: string, options?: PredictOptions): Answer;

  /**
   * Gives a slot of type choice another list of values, without training. Each value is found by its own name and its synonyms.
   * @throws {StonechatError} there is no such slot, or it is of another type; nothing was changed.
   */
  setValues(slot: string, values: Iterable<string | { value: string; synonyms?: string[] }>): void;

  /** Gives the memory back. The model answers nothing any more. */
  close(): void;
}
