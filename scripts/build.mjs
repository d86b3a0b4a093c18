// Fills dist/, the mirror of src/ with its types, for scripts and for looking into things; and bundle/, what a run loads: hundreds of modules
// one by one cost more than to scan a small file. Run by `prepare`, by `npm run build` and once before the tests.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { rolldown } from "rolldown";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
await buildKernel(join(root, "src", "detect", "kernel"), "kernel.as.ts", "wasm.generated.ts");
await buildKernel(join(root, "src", "format", "shared"), "unpack.as.ts", "unpack.generated.ts");
await buildKernel(join(root, "src", "format", "shared"), "zstd.as.ts", "zstd.generated.ts");
rmSync(join(root, "dist"), { recursive: true, force: true });
const run = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit", cwd: root });
process.exitCode = run.status ?? 1;
if (run.status === 0) {
  await bundle();
  await prepareRules();
}

/**
 * Entries lie one folder below bundle/, as all that is shared does, so that each finds the package's own files (src/util/home.ts).
 *
 * What every start needs, and what every scan needs, come in one chunk each: to find and open a module costs more than to compile it. What
 * workers need too stands apart, so that they do not load the rest. Packages that each start needs are taken in.
 */
async function bundle() {
  const workers = reachable("scan/worker.ts", "scan/isolation/child.ts");
  const start = reachable("cli/main.ts", "cli/options.ts", "cli/config.ts", "cli/command/media.ts");
  const scan = reachable("cli/command/scan.ts", "cli/delivery.ts", "cli/profiles.ts", "scan/state/state.ts", "rulepack/prepared.ts");
  const chunkOf = (id) => {
    if (/node_modules.commander/.test(id)) return "start";
    if (/node_modules.chalk/.test(id)) return "scan";
    if (workers.has(id)) return start.has(id) ? "shared-start" : scan.has(id) ? "shared-scan" : undefined;
    return start.has(id) ? "start" : scan.has(id) ? "scan" : undefined;
  };
  const input = {
    "cli/main": "cli/main.ts",
    "scan/worker": "scan/worker.ts",
    "scan/child": "scan/isolation/child.ts",
    "api/index": "index.ts",
  };
  const bundled = await rolldown({
    input: Object.fromEntries(Object.entries(input).map(([name, file]) => [name, join(root, "src", file)])),
    platform: "node",
    external: (id) => /^[^./#\0]/.test(id) && id !== "commander" && id !== "chalk",
    plugins: [childProcessWhenUsed()],
    onLog: (level, log, report) => {
      // What is taken into a chunk is there when it is asked for: that is what these groups are for.
      if (log.code !== "INEFFECTIVE_DYNAMIC_IMPORT") report(level, log);
    },
  });
  rmSync(join(root, "bundle"), { recursive: true, force: true });
  await bundled.write({
    dir: join(root, "bundle"),
    entryFileNames: "[name].js",
    chunkFileNames: "shared/[name]-[hash].js",
    codeSplitting: {
      groups: ["shared-start", "start", "shared-scan", "scan"].map((name, index, all) => ({
        name,
        // What one group needs of another it does not take along.
        priority: all.length - index,
        test: (id) => chunkOf(id) === name,
      })),
    },
  });
  await bundled.close();
}

/** commander would load this at each start, for commands that are programs of their own: zicha has none. */
function childProcessWhenUsed() {
  return {
    name: "child-process-when-used",
    resolveId: (id, importer) =>
      id === "node:child_process" && /node_modules.commander/.test(importer ?? "") ? "\0child-process" : undefined,
    load: (id) =>
      id === "\0child-process"
        ? 'export const spawn = (...all) => process.getBuiltinModule("node:child_process").spawn(...all);'
        : undefined,
  };
}

/** Modules of src/ that these import, and so on, without what is imported when it is needed. */
function reachable(...files) {
  const found = new Set();
  const open = files.map((file) => join(root, "src", file));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, other] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)";/gm)) open.push(join(dirname(file), other));
  }
  return found;
}

/** Compiles a kernel and writes it as text into a module beside it, so that nothing is looked for at run time. */
async function buildKernel(folder, source, module) {
  const { default: asc } = await import("assemblyscript/asc");
  const options = [source, "--runtime", "stub", "-O3", "--noAssert", "--enable", "simd", "--outFile", "kernel.wasm"];
  let wasm;
  const { error, stderr } = await asc.main(options, {
    readFile: (name) => (name === source ? readFileSync(join(folder, name), "utf8") : null),
    writeFile: (name, contents) => {
      if (name === "kernel.wasm") wasm = Buffer.from(contents);
    },
    listFiles: () => [],
  });
  if (error !== null || wasm === undefined) throw new Error(`${source} does not compile: ${error?.message}\n${stderr.toString()}`);
  const text = `/** Compiled from ${source} by the build. */\nexport const WASM: string =\n  "${wasm.toString("base64")}";\n`;
  const file = join(folder, module);
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

/** Parses the shipped packs and policy once, so that a run need not: they are read again where their digest differs. */
async function prepareRules() {
  const dist = (file) => pathToFileURL(join(root, "dist", "rulepack", file)).href;
  const { compile, loadPacks, preparePacks } = await import(dist("load.js"));
  const { loadPolicy } = await import(dist("policy.js"));
  const packs = await preparePacks(join(root, "rules"));
  // What is prepared is not checked again as it is used.
  const detect = (file) => import(pathToFileURL(join(root, "dist", "detect", file)).href);
  const { ruleKinds } = await detect("kind/registry.js");
  const { matchers, problems: wrong } = compile(await loadPacks([join(root, "rules")], { disabled: [] }), ruleKinds);
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong, undefined, 1));
  const kernels = await prepareKernels(matchers, detect);
  const { policy, problems } = await loadPolicy(join(root, "rules", "policy.yaml"), []);
  if (policy === undefined) throw new Error(JSON.stringify(problems));
  const { extractors } = await import(pathToFileURL(join(root, "dist", "format", "registry.js")).href);
  const formats = extractors.map(({ id, version }) => ({ id, version }));
  writeFileSync(join(root, "bundle", "prepared.json"), JSON.stringify({ packs, policies: { [policy.digest]: policy }, formats, kernels }));
}

/** Lays out the kernel's tables for the encodings that most texts have; gives their files by what they were made of. */
async function prepareKernels(matchers, detect) {
  const { compileRules } = await detect("compiled.js");
  const { columnLexicon } = await detect("table.js");
  const { digitsKey, layDigits, layLiterals, literalsKey, packTables } = await detect("kernel/tables.js");
  const { kernelBase } = await detect("kernel/wasm.js");
  const { WASM } = await detect("kernel/wasm.generated.js");
  const { triggers } = compileRules(matchers, columnLexicon(undefined), "ts");
  const kernels = {};
  const write = (name, key, tables) => {
    const file = `kernel-${name}.bin`;
    writeFileSync(join(root, "bundle", file), packTables(tables));
    kernels[key] = file;
  };
  const base = kernelBase();
  const digits = layDigits(triggers.digits, base);
  write("digits", digitsKey(triggers.digits, base, WASM), digits);
  const second = base + digits.image.length;
  for (const encoding of ["utf8", "gb18030"]) {
    write(encoding, literalsKey(triggers.literals, encoding, second, WASM), layLiterals(triggers.literals, encoding, second));
  }
  return kernels;
}
