// Fills dist/, the mirror of src/. Run by `prepare`, by `npm run build` and once before the tests.
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
rmSync(join(root, "dist"), { recursive: true, force: true });
const run = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit", cwd: root });
process.exitCode = run.status ?? 1;
if (run.status === 0) await prepareRules();

/** Parses the shipped packs and policy once, so that a run need not: they are read again where their digest differs. */
async function prepareRules() {
  const dist = (file) => pathToFileURL(join(root, "dist", "rulepack", file)).href;
  const { preparePacks } = await import(dist("load.js"));
  const { loadPolicy } = await import(dist("policy.js"));
  const packs = await preparePacks(join(root, "rules"));
  const { policy, problems } = await loadPolicy(join(root, "rules", "policy.yaml"), []);
  if (policy === undefined) throw new Error(JSON.stringify(problems));
  writeFileSync(join(root, "dist", "rulepack", "prepared.json"), JSON.stringify({ packs, policies: { [policy.digest]: policy } }));
}
