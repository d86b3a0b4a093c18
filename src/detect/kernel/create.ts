import type { Kernel, TriggerSet } from "./contract.ts";
import { createFallbackKernel } from "./fallback.ts";
import { createWasmKernel } from "./wasm.ts";
import type { PreparedTables } from "./wasm.ts";

/** Which kernel: WebAssembly where it has SIMD, or plain TypeScript. */
export type KernelChoice = "wasm" | "ts";

/** The kernel asked for; where WebAssembly has no SIMD the plain one, which gives the same. */
export function createKernel(choice: KernelChoice, triggers: TriggerSet, prepared?: PreparedTables): Kernel {
  return (choice === "wasm" ? createWasmKernel(triggers, prepared) : undefined) ?? createFallbackKernel(triggers);
}
