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
let compiled: WebAssembly.Module | undefined;

/** Instances that wait to be used again: each reserves gigabytes of addresses, and an archive may have thousands of streams. */
const idle: UnpackKernel[] = [];
const idleLimit = 4;
/** 80 MiB: the dictionary of `xz -9` and what is beside it. What is larger is given back to the system. */
const idleMemory = 80 * 1024 * 1024;

/** An instance with a memory of its own, nothing of which is set. */
export function takeUnpackKernel(): UnpackKernel {
  compiled ??= new WebAssembly.Module(Buffer.from(WASM, "base64"));
  return idle.pop() ?? (new WebAssembly.Instance(compiled).exports as UnpackKernel);
}

/** Gives an instance back: it must not be used any more. */
export function releaseUnpackKernel(kernel: UnpackKernel): void {
  if (idle.length < idleLimit && kernel.memory.buffer.byteLength <= idleMemory) idle.push(kernel);
}

/** Has at least `end` bytes of memory; views of it must be taken anew. */
export function growTo({ memory }: UnpackKernel, end: number): void {
  const missing = Math.ceil((end - memory.buffer.byteLength) / page);
  if (missing > 0) memory.grow(missing);
}
