// What can fail, by the numbers of stonechat.h.

const CODES = [
  "ok",
  "null_pointer",
  "not_utf8",
  "not_a_model",
  "unknown_format",
  "damaged",
  "too_short",
  "out_of_range",
  "no_answer",
  "unresolved",
  "mismatch",
  "no_such_time",
  "unknown_slot",
  "not_a_choice",
  "unknown_value",
  "values_set",
  "no_allocator",
  "out_of_memory",
  "internal",
];

export const OK = 0;
export const TOO_SHORT = CODES.indexOf("too_short");
export const UNRESOLVED = CODES.indexOf("unresolved");
export const OUT_OF_MEMORY = CODES.indexOf("out_of_memory");

/** A call that failed. `code` is one word for programs, `message` a sentence for people. */
export class StonechatError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "StonechatError";
    this.code = typeof code === "number" ? (CODES[code] ?? "unknown") : code;
  }
}
