import type { Random } from "./random.ts";

// Check characters from the standards' own text. Nothing here comes from src/detect: a mistake there must not be made twice.

const weightsMod11 = Array.from({ length: 18 }, (_, index) => 2 ** (17 - index) % 11);

/** GB 11643-1999: the sum over all 18 places of digit times 2^(i-1) mod 11, counted from the right, leaves 1 modulo 11. */
export function residentCheck(first17: string): string {
  const sum = [...first17].reduce((total, digit, index) => total + Number(digit) * (weightsMod11[index] ?? 0), 0);
  const check = (((1 - sum) % 11) + 11) % 11;
  return check === 10 ? "X" : String(check);
}

/** ISO/IEC 7812-1 annex B: from the right every second digit is doubled, and the sum of all digits is a multiple of ten. */
export function luhnCheck(body: string): string {
  const sum = [...body].toReversed().reduce((total, digit, index) => {
    const doubled = index % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + Math.floor(doubled / 10) + (doubled % 10);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** GB 32100-2015: 31 minus the sum of values times 3^(i-1) mod 31, modulo 31. */
export function creditCheck(first17: string): string {
  let weight = 1;
  let sum = 0;
  for (const character of first17) {
    sum += creditAlphabet.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return creditAlphabet.charAt((31 - (sum % 31)) % 31);
}

/** GB 11714-1997: weights 3 7 9 10 5 8 4 2; 11 minus the remainder, 10 is X and 11 is 0. */
export function organisationCheck(first8: string): string {
  const sum = [...first8].reduce((total, character, index) => {
    return total + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(character) * ([3, 7, 9, 10, 5, 8, 4, 2][index] ?? 0);
  }, 0);
  const check = 11 - (sum % 11);
  return check === 11 ? "0" : check === 10 ? "X" : String(check);
}

/** ISO 13616: letters become 10–35, country and check digits go to the end; 98 minus the remainder modulo 97. */
export function ibanOf(country: string, account: string): string {
  const digits = [...`${account}${country}00`].map((character) => parseInt(character, 36)).join("");
  const check = 98n - (BigInt(digits) % 97n);
  return `${country}${String(check).padStart(2, "0")}${account}`;
}

/** GB 16735-2019: transliterated letters times weights 8 7 6 5 4 3 2 10 0 9 8 7 6 5 4 3 2; the ninth place is the sum modulo 11, 10 is X. */
export function vinOf(random: Random): string {
  const alphabet = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
  const body = `L${random.of(7, alphabet)}0${random.of(4, alphabet)}${random.of(4)}`;
  const letters: Readonly<Record<string, number>> = Object.fromEntries(
    ["ABCDEFGH", "JKLMN", "", "STUVWXYZ"].flatMap((run, index) =>
      [...run].map((letter, at) => [letter, at + (index === 3 ? 2 : 1)] as const),
    ),
  );
  const all = { ...letters, P: 7, R: 9 } as Readonly<Record<string, number>>;
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const sum = [...body].reduce((total, character, index) => total + (all[character] ?? Number(character)) * (weights[index] ?? 0), 0);
  const check = sum % 11 === 10 ? "X" : String(sum % 11);
  return body.slice(0, 8) + check + body.slice(9);
}

/** Hong Kong identity card: a blank before a single letter is 36; weights 9 to 2, and all with the check digit leave 0 modulo 11. */
export function hongKongOf(random: Random): string {
  const letter = random.pick([..."ABCDEGHKMPRVYZ"]);
  const digits = random.of(6);
  const sum = 36 * 9 + parseInt(letter, 36) * 8 + [...digits].reduce((total, digit, index) => total + Number(digit) * (7 - index), 0);
  const check = (11 - (sum % 11)) % 11;
  return `${letter}${digits}(${check === 10 ? "A" : check})`;
}

/** Taiwan identity number: the letter's two digits times 1 and 9, then weights 8 to 1 and 1; the sum is a multiple of ten. */
export function taiwanOf(random: Random): string {
  const letter = random.pick([..."ABCDEFGHIJKLMNOPQRSTUVXYWZ"]);
  const value = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(letter);
  const digits = `${random.int(1, 2)}${random.of(7)}`;
  const sum =
    Math.floor(value / 10) + (value % 10) * 9 + [...digits].reduce((total, digit, index) => total + Number(digit) * (8 - index), 0);
  return `${letter}${digits}${(10 - (sum % 10)) % 10}`;
}

/** Another last character than the right one. */
export function spoiled(value: string, random: Random): string {
  return value.slice(0, -1) + random.pick([..."0123456789"].filter((digit) => digit !== value.at(-1)));
}
