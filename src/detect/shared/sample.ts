/** Share of a value that one digit may fill. */
const SAME_DIGIT = 0.8;

const counts = new Uint16Array(10);

/** True for numbers that people type to fill a field: one digit for 80 % of the length, or digits that only count up or down. */
export function looksTyped(value: string): boolean {
  const { length } = value;
  if (length < 6) return false;
  // Few others can part one digit but so often: most values are told by their neighbours.
  let same = 0;
  let before = -1;
  for (let index = 0; index < length; index++) {
    const digit = value.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return false;
    if (digit === before) same++;
    before = digit;
  }
  if (same >= length * (2 * SAME_DIGIT - 1) - 1 && mostOften(value) >= length * SAME_DIGIT) return true;
  return steps(value, 1) || steps(value, 9);
}

/** How often the digit stands there that does so most often. */
function mostOften(value: string): number {
  counts.fill(0);
  let most = 0;
  for (let index = 0; index < value.length; index++) {
    const digit = value.charCodeAt(index) - 0x30;
    most = Math.max(most, (counts[digit] = (counts[digit] ?? 0) + 1));
  }
  return most;
}

/** Every digit is the one before plus `by`, modulo ten. */
function steps(value: string, by: number): boolean {
  for (let index = 1; index < value.length; index += 1) {
    if ((value.charCodeAt(index) - value.charCodeAt(index - 1) + 10) % 10 !== by) return false;
  }
  return true;
}
