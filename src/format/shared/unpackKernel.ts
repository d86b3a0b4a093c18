import { WASM } from "./unpack.generated.ts";

/** What unpack.as.ts gives; addresses are numbers. */
export interface UnpackKernel {
  readonly memory: WebAssembly.Memory;
  base(): number;
  begin(models: number, ring: number, size: number): void;
  setProperties(literals: number, lc: number, lp: number, pb: number): void;
  resetState(): void;
  resetDictionary(): void;
  beginCoder(at: number): void;
  place(): number;
  inputPlace(): number;
  copyPlain(at: number, count: number): number;
  wrap(): void;
  run(at: number, end: number, wanted: number): number;
  beginSum(tables: number): void;
  addSum(at: number, count: number): void;
  lowSum(): number;
  highSum(): number;
}

const page = 65_536;

interface Kernel {
  readonly memory: WebAssembly.Memory;
}

/** Instances of a kernel, each with a memory of its own, used again: each reserves gigabytes of addresses, and an archive may have thousands of streams. */
export interface Kernels<K extends Kernel> {
  /** An instance; nothing in it is set. */
  take(): K;
  /** Gives an instance back: it must not be used any more. */
  release(kernel: K): void;
}

const idleLimit = 4;
/** 80 MiB: the dictionary of `xz -9` and what is beside it. What is larger is given back to the system. */
const idleMemory = 80 * 1024 * 1024;

/** `wasm`: base64 of what the build compiled; it is compiled on by the first `take`. */
export function createKernels<K extends Kernel>(wasm: string): Kernels<K> {
  let compiled: WebAssembly.Module | undefined;
  const idle: K[] = [];
  return {
    take(): K {
      compiled ??= new WebAssembly.Module(Buffer.from(wasm, "base64"));
      return idle.pop() ?? (new WebAssembly.Instance(compiled).exports as unknown as K);
    },
    release(kernel): void {
      if (idle.length < idleLimit && kernel.memory.buffer.byteLength <= idleMemory) idle.push(kernel);
    },
  };
}

export const unpackKernels: Kernels<UnpackKernel> = createKernels<UnpackKernel>(WASM);

/** Has at least `end` bytes of memory; views of it must be taken anew. */
export function growTo({ memory }: Kernel, end: number): void {
  const missing = Math.ceil((end - memory.buffer.byteLength) / page);
  if (missing > 0) memory.grow(missing);
}
