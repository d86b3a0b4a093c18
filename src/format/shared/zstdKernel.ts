import { createKernels } from "./unpackKernel.ts";
import type { Kernels } from "./unpackKernel.ts";
import { WASM } from "./zstd.generated.ts";

/** What zstd.as.ts gives; addresses are numbers. */
export interface ZstdKernel {
  readonly memory: WebAssembly.Memory;
  needed(window: number): number;
  begin(window: number): void;
  inputPlace(): number;
  outputEnd(): number;
  block(type: number, size: number): number;
  sum(): number;
}

export const zstdKernels: Kernels<ZstdKernel> = createKernels<ZstdKernel>(WASM);
