// The module without SIMD differs little from the one with it: the package has what differs. xtask/src/bindings/patch.rs makes it.

/** What a patch makes of a file. */
export function patched(base, patch) {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
      byte = patch[at++];
      value += (byte & 127) * scale;
    }
    return value;
  };
  const count = number();
  const [takes, copies, jumps] = [0, 1, 2].map(() => Array.from({ length: count }, number));
  const sum = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
  const out = new Uint8Array(sum(takes) + sum(copies));
  let [end, from] = [0, 0];
  takes.forEach((take, step) => {
    out.set(patch.subarray(at, at + take), end);
    at += take;
    end += take;
    const jump = jumps[step];
    from += jump % 2 === 0 ? jump / 2 : -(jump + 1) / 2;
    out.set(base.subarray(from, from + copies[step]), end);
    from += copies[step];
    end += copies[step];
  });
  return out;
}
