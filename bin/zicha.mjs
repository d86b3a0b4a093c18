#!/usr/bin/env node
// Starts the compiled program. A checkout that was installed without scripts has no bundle/ yet.
import { existsSync } from "node:fs";

const entry = new URL("../bundle/cli/main.js", import.meta.url);
if (existsSync(entry)) {
  const { main } = await import(entry.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write("zicha is not built: run `npm run build` once（尚未构建，请先运行 npm run build）\n");
  process.exitCode = 2;
}
