// Builds eval/ into dist-eval/ and runs it against the built program: `npm run eval -- --help`, `npm run eval:formats -- --help`.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
if (!existsSync(join(root, "dist", "index.js"))) throw new Error("run `npm run build` first: the built program is what is measured");
rmSync(join(root, "dist-eval"), { recursive: true, force: true });
const built = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.eval.json")], { stdio: "inherit", cwd: root });
const formats = process.argv[2] === "formats";
const main = join(root, "dist-eval", formats ? "formats" : "", "main.js");
const run = built.status === 0 && spawnSync(process.execPath, [main, ...process.argv.slice(formats ? 3 : 2)], { stdio: "inherit" });
process.exitCode = run ? (run.status ?? 1) : (built.status ?? 1);
