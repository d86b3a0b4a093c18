/** Share of a value that one digit may fill. */
const SAME_DIGIT = 0.8;

const counts = new Uint16Array(10);

/** True for numbers that people type to fill a field: one digit for 80 % of the length, or digits that only count up or down. */
export function looksTyped(value: string): boolean {
  if (value.length < 6) return false;
  counts.fill(0);
  let most = 0;
  for (let index = 0; index < value.length; index++) {
    const digit = value.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return false;
    most = Math.max(most, (counts[digit] = (counts[digit] ?? 0) + 1));
  }
  if (most >= value.length * SAME_DIGIT) return true;
  return steps(value, 1) || steps(value, 9);
}

/** Every digit is the one before plus `by`, modulo ten. */
function steps(value: string, by: number): boolean {
  for (let index = 1; index < value.length; index += 1) {
    if ((value.charCodeAt(index) - value.charCodeAt(index - 1) + 10) % 10 !== by) return false;
  }
  return true;
}
