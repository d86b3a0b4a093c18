import { describe, expect, it } from "vitest";

import { compileRules } from "../../src/detect/compiled.ts";
import { digitTable } from "../../src/detect/digitTable.ts";
import { CandidateList, DIGITS } from "../../src/detect/kernel/contract.ts";
import type { Kernel, TriggerSet } from "../../src/detect/kernel/contract.ts";
import { createFallbackKernel } from "../../src/detect/kernel/fallback.ts";
import { digitsKey, layDigits, layLiterals, literalsKey, unpackTables } from "../../src/detect/kernel/tables.ts";
import { countLines, countPlainly, createWasmKernel, kernelBase } from "../../src/detect/kernel/wasm.ts";
import { WASM } from "../../src/detect/kernel/wasm.generated.ts";
import { readKernelTables } from "../../src/rulepack/prepared.ts";
import type { ByteEncoding } from "../../src/util/decode.ts";
import { encode } from "../../src/util/encode.ts";
import { numbers, randomDocument } from "./support/documents.ts";
import { shipped } from "./support/examine.ts";

const literals = ["机密", "★", "@", "密码", "password", "内部资料", "top secret//", "pin", "95", "qq号", "密 *"];
const triggers: TriggerSet = { literals, digits: digitTable([{ kind: "digits", min: 6, max: 20 }]) };

function simd(set: TriggerSet): Kernel {
  const kernel = createWasmKernel(set);
  if (kernel === undefined) throw new Error("no SIMD here");
  return kernel;
}

/** All candidates, looked for block by block. */
function find(kernel: Kernel, bytes: Uint8Array, encoding: ByteEncoding, block = bytes.length, names = literals): string[] {
  const found: string[] = [];
  for (let from = 0; from < bytes.length; from += block) {
    const out = new CandidateList();
    kernel.find(bytes, from, Math.min(bytes.length, from + block), encoding, out);
    for (let index = 0; index < out.length; index++) {
      const [kind = 0, start = 0, end = 0] = out.records.subarray(3 * index, 3 * index + 3);
      found.push(`${kind === DIGITS ? "#" : (names[kind] ?? "")}@${start}-${end}`);
    }
  }
  return found.toSorted();
}

describe.each([
  ["plain", createFallbackKernel(triggers)],
  ["SIMD", simd(triggers)],
])("the %s kernel", (_, kernel) => {
  it.each<[string, ByteEncoding, string[]]>([
    ["卡号6222021001116245702。", "utf8", ["#@6-25"]],
    ["6222 0210 0111 6245 702", "utf8", ["#@0-23", "#@10-23", "#@15-23", "#@5-23"]],
    ["12 ３４５６ 78", "utf8", ["#@0-18", "#@3-18"]],
    ["１３８００１３８０００", "utf8", ["#@0-33"]],
    ["１３８００１３８０００", "gb18030", ["#@0-22"]],
    ["12345", "utf8", []],
    ["123456789012345678901", "utf8", []],
    ["机密★10年 PassWord: x 内部资料", "utf8", ["password@15-23", "内部资料@27-39", "机密@0-6", "★@6-9"]],
    ["机密★10年 PassWord: x 内部资料", "gb18030", ["password@11-19", "内部资料@23-31", "机密@0-4", "★@4-6"]],
    ["a@b PIN TOP SECRET//SI QQ号", "utf8", ["@@1-2", "pin@4-7", "qq号@23-28", "top secret//@8-20"]],
    ["1195 12", "utf8", ["#@0-7", "95@2-4"]],
  ])("%s in %s", (text, encoding, expected) => {
    expect(find(kernel, encode(text, encoding) ?? new Uint8Array(), encoding)).toEqual(expected.toSorted());
  });

  it("knows digits that belong to a four-byte character", () => {
    // 81 30 84 36 is one character; the digits after it begin the run.
    const bytes = Buffer.from([0x41, 0x81, 0x30, 0x84, 0x36, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37]);
    expect(find(kernel, bytes, "gb18030")).toEqual(["#@5-12"]);
  });

  it("asks what may stand before", () => {
    const table = digitTable([
      { kind: "digits", min: 8, max: 8, prefixes: ["12"], before: [0x20] },
      { kind: "digits", min: 9, max: 9, prefixes: ["123"] },
    ]);
    const set = { literals: [], digits: table };
    const one = kernel.id === "ts" ? createFallbackKernel(set) : simd(set);
    expect(find(one, Buffer.from("12345678 12345678x12345678x123456789，12345678"), "utf8")).toEqual(
      ["#@0-17", "#@9-17", "#@27-36", "#@39-47"].toSorted(),
    );
  });
});

const { matchers, lexicon } = await shipped();
const packed: TriggerSet = {
  literals: [
    ...new Set(matchers.flatMap(({ triggers: own }) => own.flatMap((one) => (one.kind === "literal" ? [one.text.toLowerCase()] : [])))),
  ],
  digits: digitTable(matchers.flatMap(({ triggers: own }) => own.filter((one) => one.kind === "digits"))),
};

/** Bytes that lead astray: digits, separators, halves of characters, and words with a byte changed. */
function adversarial(next: (below: number) => number, length: number, encoding: ByteEncoding): Uint8Array {
  const pieces = [
    "0123456789",
    " ",
    "-",
    ".",
    "\u00a0",
    "\u3000",
    "\u2010",
    "－",
    "３",
    "９８７６",
    "密码",
    "★",
    "@",
    "IMEI",
    "exp",
    "\n",
    "的",
    "号",
    "x",
    "6222 0210 0111 6245 702",
    "13800138000",
    "110101199003078670",
  ].map((text) => encode(text, encoding) ?? Buffer.from("?"));
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const kind = next(12);
    if (kind === 0) bytes[at++] = next(256);
    else if (kind === 1) bytes[at++] = 0x81 + next(126);
    else if (kind < 5) bytes[at++] = 0x30 + next(10);
    else {
      const piece = pieces[next(pieces.length)] ?? new Uint8Array();
      bytes.set(piece.subarray(0, length - at), at);
      at += piece.length;
    }
  }
  return bytes;
}

describe("both kernels", () => {
  it.each<ByteEncoding>(["utf8", "gb18030", "big5"])("give the same candidates in %s, whatever the block", (encoding) => {
    const [plain, fast] = [createFallbackKernel(packed), simd(packed)];
    let total = 0;
    for (const seed of [1, 2, 3, 4]) {
      const next = numbers(seed);
      const text = randomDocument(matchers, next, 6_000);
      const writable = [...text].filter((one) => encode(one, encoding) !== undefined).join("");
      const random = Uint8Array.from({ length: 8_192 }, () => next(256));
      for (const bytes of [adversarial(next, 20_000, encoding), encode(writable, encoding) ?? new Uint8Array(), random]) {
        const whole = find(plain, bytes, encoding, undefined, packed.literals as string[]);
        total += whole.length;
        for (const block of [64, 97, 4096, bytes.length]) {
          expect(find(plain, bytes, encoding, block, packed.literals as string[])).toEqual(whole);
          expect(find(fast, bytes, encoding, block, packed.literals as string[])).toEqual(whole);
        }
      }
    }
    expect(total).toBeGreaterThan(2_000);
  });

  it("give the same candidates of a block that is longer than the kernel's", () => {
    const bytes = adversarial(numbers(9), 1024 * 1024, "utf8");
    const [plain, fast] = [createFallbackKernel(packed), simd(packed)];
    expect(find(fast, bytes, "utf8", undefined, packed.literals as string[])).toEqual(
      find(plain, bytes, "utf8", undefined, packed.literals as string[]),
    );
  });

  it("know each word of a long list, and leave one that is longer still to the plain kernel", () => {
    const words = (count: number): string[] =>
      Array.from({ length: count }, (_, at) =>
        String.fromCodePoint(0x4e00 + (at % 300), 0x5000 + (Math.floor(at / 300) % 300), 0x6000 + (at % 7)),
      );
    const list = words(30_000);
    const text = list.filter((_, at) => at % 131 === 0).join("\n");
    const set = { literals: list, digits: undefined };
    const bytes = Buffer.from(text);
    const expected = find(createFallbackKernel(set), bytes, "utf8", bytes.length, list);
    expect(expected.length).toBeGreaterThanOrEqual(230);
    expect(find(simd(set), bytes, "utf8", bytes.length, list)).toEqual(expected);
    expect(createWasmKernel({ literals: words(70_000), digits: undefined })).toBeUndefined();
  });

  it.each(["utf8", "gb18030"] as const)("are given the shipped rules' tables for %s as the build laid them out", (encoding) => {
    const { triggers: all } = compileRules(matchers, lexicon, "ts");
    if (all.digits === undefined) throw new Error("no rule asks for digits");
    const [base, digits] = [kernelBase(), layDigits(all.digits, kernelBase())];
    const second = base + digits.image.length;
    const keys = [digitsKey(all.digits, base, WASM), literalsKey(all.literals, encoding, second, WASM)];
    for (const [index, laid] of [digits, layLiterals(all.literals, encoding, second)].entries()) {
      const prepared = readKernelTables(keys[index] ?? "");
      if (prepared === undefined) throw new Error("not prepared");
      const { image, places } = unpackTables(prepared);
      expect(places).toEqual(laid.places);
      expect(Buffer.compare(image, laid.image)).toBe(0);
    }
    const asked: string[] = [];
    const kernel = createWasmKernel(all, (key) => {
      asked.push(key);
      return readKernelTables(key);
    });
    const bytes = encode("客户姓名：张三，密码 123456，账号 6222021001116245702", encoding) ?? new Uint8Array();
    const names = all.literals as string[];
    if (kernel === undefined) throw new Error("no SIMD here");
    expect(find(kernel, bytes, encoding, undefined, names)).toEqual(find(createFallbackKernel(all), bytes, encoding, undefined, names));
    expect(asked).toEqual(keys);
    // What is made of less has another name; where a pack adds words the digits' tables are the shipped ones.
    expect(literalsKey(all.literals.slice(1), encoding, second, WASM)).not.toBe(keys[1]);
    expect(digitsKey({ ...all.digits, rules: all.digits.rules.slice(1) }, base, WASM)).not.toBe(keys[0]);
    const more: string[] = [];
    createWasmKernel({ ...all, literals: [...all.literals, "项目代号"] }, (key) => void more.push(key))?.find(
      bytes,
      0,
      bytes.length,
      encoding,
      new CandidateList(),
    );
    expect(more[0]).toBe(keys[0]);
  });

  it("drop nothing where there are more candidates than the kernel has room for", () => {
    const set: TriggerSet = { literals: ["@", "@a", "a@"], digits: undefined };
    const bytes = Buffer.from("@a".repeat(100_000));
    const names = set.literals as string[];
    expect(find(simd(set), bytes, "utf8", undefined, names)).toEqual(find(createFallbackKernel(set), bytes, "utf8", undefined, names));
  });
});

describe("lines", () => {
  it("are counted the same by the kernel and byte by byte, wherever a stretch begins and ends", () => {
    const next = numbers(5);
    const bytes = Uint8Array.from({ length: 700_000 }, () => (next(9) === 0 ? 10 : next(256)));
    for (const length of [0, 1, 511, 512, 513, 575, 576, 577, 4096, 262_144, 262_145, 600_001])
      for (const from of [0, 1, 63, 99_999]) expect(countLines(bytes, from, from + length)).toBe(countPlainly(bytes, from, from + length));
  });
});
