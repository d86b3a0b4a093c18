/** A seeded generator: the same corpus on every machine. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below: (limit) => next() % limit,
    pick: (list) => list[next() % list.length],
    digits: (count) => {
      let text = "";
      while (text.length < count) text += String(next() % 1_000_000_000).padStart(9, "0");
      return text.slice(0, count);
    },
    hex: (count) => {
      let text = "";
      while (text.length < count) text += next().toString(16).padStart(8, "0");
      return text.slice(0, count);
    },
  };
}
