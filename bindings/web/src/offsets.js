// Offsets: the engine counts bytes of UTF-8, JavaScript units of UTF-16.

/** Turns ascending byte offsets into offsets in units. `bytes` is the length of the text in UTF-8. */
export function units(text, bytes, offsets) {
  // Only ASCII has as many bytes as units.
  if (bytes === text.length) return offsets;
  let unit = 0;
  let byte = 0;
  return offsets.map((offset) => {
    while (byte < offset) {
      const code = text.codePointAt(unit);
      // Half a surrogate pair was written as U+FFFD, which has three bytes too.
      byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      unit += code < 0x10000 ? 1 : 2;
    }
    return unit;
  });
}
