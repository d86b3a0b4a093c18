// Opens the self-check report in a headless Chromium and uses it as a person would: filter, print, a hostile file name, 50,000 findings.
// node scripts/check-html.mjs [CHROMIUM]   after npm run build. Exits 0 and says so when there is no Chromium.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const chromium =
  process.argv[2] ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const say = (text) => void process.stdout.write(`${text}\n`);
const { html } = await import(new URL("../dist/report/html.js", import.meta.url).href);
const scratch = mkdtempSync(join(tmpdir(), "zicha-html-"));
const problems = [];
const expect = (what, holds) => {
  say(`${holds ? "ok  " : "FAIL"} ${what}`);
  if (!holds) problems.push(what);
};

const rules = ["CN_RESIDENT_ID", "BANK_CARD"].map((infoType, index) => ({
  id: `check/${index}`,
  kind: "pattern",
  infoType,
  title: { zh: index === 0 ? "居民身份证号" : "银行卡号", en: infoType },
  description: { zh: "", en: "" },
  severity: "medium",
  dataClass: index === 0 ? "C2" : "C3",
  references: [],
}));
const header = {
  tool: { name: "zicha", version: "0.0.0", node: "20", platform: "check" },
  host: "check",
  started: "2026-11-23T01:52:07.000Z",
  roots: [{ path: "数据", zone: "internet" }],
  zone: "internet",
  zoneGiven: true,
  packs: [],
  policyDigest: "",
  disabledRules: [],
  rules,
  keyId: "",
  showValues: false,
  options: {},
  formats: [],
};

/** Writes a report with that many findings, ten a file, the first file's name a script, and gives its path. */
async function page(findings) {
  const blocks = [];
  const report = html.open(
    { write: (text) => void blocks.push(Buffer.from(text)) },
    { locale: "zh", color: false, width: undefined, verbosity: "normal", others: [] },
  );
  await report.on({ type: "scan-start", header });
  for (let index = 0; index < findings; index += 1) {
    const file = Math.floor(index / 10);
    const path =
      file === 0
        ? `数据/<script>document.title="owned"</script><img src=x onerror="document.title='owned'">.txt`
        : `数据/目录${file % 50}/客户资料${file}.txt`;
    await report.on({
      type: "finding",
      finding: {
        ruleId: rules[index % 2].id,
        infoType: rules[index % 2].infoType,
        severity: "medium",
        confidence: "high",
        evidence: [{ by: "validator", name: "luhn", effect: "states" }],
        flow: "body",
        start: 0,
        end: 18,
        location: { kind: "line", line: (index % 10) + 1, column: 7 },
        roles: ["body"],
        valueKey: "",
        masked: "110101********8670",
        excerpt: "号码 110101********8670",
        sample: false,
        fingerprint: "",
        path,
        dataClass: rules[index % 2].dataClass,
        judgement: { is: "violation", references: ["个人信息保护法 第51条"] },
        effect: file % 2 === 0 ? "violation" : "suspect",
        counts: true,
      },
    });
    if (index % 10 === 9) {
      const verdict = file % 2 === 0 ? "violation" : "suspect";
      await report.on({
        type: "entry-end",
        path,
        verdict,
        coverage: "full",
        format: "text",
        counts: [],
        subjects: 10,
        bytes: 1,
        elapsedMs: 1,
      });
    }
  }
  await report.close();
  const path = join(scratch, `${findings}.html`);
  writeFileSync(path, Buffer.concat(blocks));
  return { path, bytes: Buffer.concat(blocks).length };
}

if (chromium === undefined) say("check-html: no Chromium here, nothing checked");
else await check(chromium);

async function check(executable) {
  // The protocol runs over two pipes, so no port is opened.
  const browser = spawn(
    executable,
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${join(scratch, "profile")}`,
      "--remote-debugging-pipe",
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
  );
  const limit = setTimeout(() => {
    say("FAIL the browser did not answer within 180 s");
    browser.kill("SIGKILL");
    process.exitCode = 1;
  }, 180_000);
  const waiting = new Map();
  let sent = 0;
  let rest = "";
  browser.stdio[4].setEncoding("utf8").on("data", (text) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      const { id, result, error, method, sessionId } = JSON.parse(message);
      if (id === undefined) {
        waiting.get(`${sessionId}:${method}`)?.();
        continue;
      }
      const [resolve, reject] = waiting.get(id) ?? [];
      waiting.delete(id);
      if (error === undefined) resolve?.(result);
      else reject?.(new Error(error.message));
    }
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      sent += 1;
      waiting.set(sent, [resolve, reject]);
      browser.stdio[3].write(`${JSON.stringify({ id: sent, method, params, sessionId })}\0`);
    });

  try {
    const { targetId } = await send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
    await send("Page.enable", {}, sessionId);
    const load = async (path) => {
      const loaded = new Promise((resolve) => waiting.set(`${sessionId}:Page.loadEventFired`, resolve));
      const from = performance.now();
      await send("Page.navigate", { url: pathToFileURL(path).href }, sessionId);
      await loaded;
      return performance.now() - from;
    };
    const evaluate = async (expression) => {
      const { result, exceptionDetails } = await send(
        "Runtime.evaluate",
        { expression, returnByValue: true, awaitPromise: true },
        sessionId,
      );
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
      return result.value;
    };
    const filter = (id, value) =>
      evaluate(`(async () => {
      const field = document.getElementById("${id}");
      field.value = ${JSON.stringify(value)};
      const from = performance.now();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, 130));
      document.body.offsetHeight;
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return { time: performance.now() - from, said: document.getElementById("fo").textContent,
        rows: [...document.querySelectorAll("#problems .chunk:not([hidden]) tbody:not([hidden]) tr[data-r]:not([hidden])")].length };
    })()`);

    const small = await page(40);
    await load(small.path);
    expect("a file name with a script stays text", (await evaluate("document.title")) === "保密自查报告");
    expect(
      "and is shown as it is",
      await evaluate(`document.querySelector("#problems tbody th").textContent.includes("<script>document.title")`),
    );
    expect("all places stand there at first", (await filter("fp", "")).rows === 40);
    expect("filter by verdict", (await filter("fv", "s")).rows === 20);
    expect("and by rule", (await filter("fr", "1")).rows === 10);
    expect("and by class of another rule: none", (await filter("fc", "0")).rows === 0);
    await filter("fv", "");
    await filter("fr", "");
    await filter("fc", "");
    expect("filter by name", (await filter("fp", "客户资料2")).rows === 10);
    const pdf = await send("Page.printToPDF", { preferCSSPageSize: true }, sessionId);
    const printed = Buffer.from(pdf.data, "base64");
    expect(`prints as PDF (${printed.length} bytes)`, printed.subarray(0, 5).toString() === "%PDF-");

    const large = await page(50_000);
    expect(`50,000 findings are ${(large.bytes / 1e6).toFixed(1)} MB, at most 15`, large.bytes <= 15_000_000);
    const loading = await load(large.path);
    const first = await filter("fp", "");
    expect(`they load in ${(loading / 1000).toFixed(1)} s`, first.rows === 50_000);
    for (const [id, value, rows] of [
      ["fv", "s", 25_000],
      ["fr", "0", 12_500],
      ["fv", "", 25_000],
      ["fr", "", 50_000],
      ["fp", "目录7/", 1000],
    ]) {
      const told = await filter(id, value);
      expect(`filter ${id}=${value || "all"} shows ${told.said} in ${told.time.toFixed(0)} ms`, told.rows === rows && told.time < 1000);
    }
  } finally {
    clearTimeout(limit);
    browser.kill();
    await new Promise((resolve) =>
      browser.exitCode === null && browser.signalCode === null ? browser.once("exit", resolve) : resolve(undefined),
    );
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
  if (problems.length > 0) process.exitCode = 1;
}
