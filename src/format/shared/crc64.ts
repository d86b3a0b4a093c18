import { growTo, unpackKernels } from "./unpackKernel.ts";

const tablesLength = 16 * 1024;
/** 64 KiB go into the instance's memory at a time. */
const step = 64 * 1024;

/** CRC-64 of ECMA-182, reflected, as xz uses it; `update` as often as wanted, `digest` once. */
export function createCrc64(): { update(bytes: Uint8Array): void; digest(): Buffer } {
  const kernel = unpackKernels.take();
  const tables = kernel.base();
  const input = tables + tablesLength;
  growTo(kernel, input + step);
  const memory = new Uint8Array(kernel.memory.buffer);
  kernel.beginSum(tables);
  return {
    update(bytes): void {
      for (let at = 0; at < bytes.length; at += step) {
        const piece = bytes.subarray(at, at + step);
        memory.set(piece, input);
        kernel.addSum(input, piece.length);
      }
    },
    digest(): Buffer {
      const out = Buffer.alloc(8);
      out.writeInt32LE(kernel.lowSum() | 0, 0);
      out.writeInt32LE(kernel.highSum() | 0, 4);
      unpackKernels.release(kernel);
      return out;
    },
  };
}
