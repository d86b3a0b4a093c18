// Sends results of real scans to a real rsyslog and compares what it wrote: `npm run rsyslog`. Says so and ends with 0 where rsyslog is not
// installed (Debian: rsyslog, for TLS rsyslog-gnutls and openssl). docs/delivery.md says what is looked at.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

function tell(line) {
  process.stdout.write(`${line}\n`);
}

const bin = fileURLToPath(new URL("../bin/zicha.mjs", import.meta.url));
const daemon = ["/usr/sbin/rsyslogd", "/sbin/rsyslogd"].find((file) => existsSync(file));
const withTls =
  spawnSync("openssl", ["version"]).status === 0 &&
  ["/usr/lib", "/usr/lib64", "/lib"].some(
    (directory) => spawnSync("find", [directory, "-name", "lmnsd_gtls.so"], { encoding: "utf8" }).stdout !== "",
  );

const scratch = mkdtempSync(join(tmpdir(), "zicha-rsyslog-"));
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});

let failed = 0;
function check(name, fine, more = "") {
  if (!fine) failed++;
  tell(`${fine ? "ok  " : "FAIL"}  ${name}${fine || more === "" ? "" : `: ${more}`}`);
}

// What is sent: names with every sign that a format escapes, in Chinese and in bytes that are no UTF-8.
const docs = join(scratch, "docs");
mkdirSync(docs);
const row = "姓名,身份证号\n王小明,440308199901101512\n";
for (const name of ['客户 "甲"=[1]|\\乙.csv', "换\n行\t表.csv", "普通.csv", "𠮷野家😀.csv", "很长的名字".repeat(16) + ".csv"])
  writeFileSync(join(docs, name), row);
writeFileSync(Buffer.concat([Buffer.from(`${docs}/`), Buffer.from([0xbf, 0xcd, 0xbb, 0xa7]), Buffer.from(".csv")]), row);
writeFileSync(join(docs, "mark.txt"), "机密★10年\n");

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts rsyslog; what it takes stands in `file`, a JSON object a line, as it parsed it. */
async function receiver(name, ports, tls) {
  const directory = join(scratch, name);
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "messages");
  const config = join(directory, "rsyslog.conf");
  const driver = tls
    ? `global(DefaultNetstreamDriver="gtls" DefaultNetstreamDriverCAFile="${tls.ca}" DefaultNetstreamDriverCertFile="${tls.certificate}" DefaultNetstreamDriverKeyFile="${tls.key}")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")`
    : `module(load="imtcp")`;
  writeFileSync(
    config,
    `global(workDirectory="${directory}" parser.escapeControlCharactersOnReceive="off" maxMessageSize="64k")
${driver}
module(load="imudp")
template(name="said" type="list" option.jsonf="on") {
  property(outname="pri" name="pri" format="jsonf") property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf") property(outname="app" name="app-name" format="jsonf")
  property(outname="id" name="msgid" format="jsonf") property(outname="data" name="structured-data" format="jsonf")
  property(outname="protocol" name="protocol-version" format="jsonf") property(outname="text" name="msg" format="jsonf")
}
ruleset(name="all") { action(type="omfile" file="${file}" template="said" flushOnTXEnd="on" asyncWriting="off") }
${ports.tcp === undefined ? "" : `input(type="imtcp" port="${ports.tcp}" address="127.0.0.1" ruleset="all")`}
${ports.udp === undefined ? "" : `input(type="imudp" port="${ports.udp}" address="127.0.0.1" ruleset="all")`}
`,
  );
  const child = spawn(daemon, ["-n", "-iNONE", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  for (let tries = 0; ports.tcp !== undefined && !(await answers(ports.tcp)); tries++) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`rsyslogd does not answer: ${errors}`);
    await setTimeout(100);
  }
  if (ports.tcp === undefined) await setTimeout(1_000);
  return {
    messages: () =>
      existsSync(file)
        ? readFileSync(file, "utf8")
            .trimEnd()
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line))
        : [],
    clear: () => writeFileSync(file, ""),
    async stop() {
      running.delete(child);
      child.kill("SIGTERM");
      await new Promise((resolve) => child.once("close", resolve));
    },
  };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

let runs = 0;
/** A scan that sends to `deliver`, and to a program what was sent, so that both can be compared. */
function scan(deliver, { state = join(scratch, `home${runs++}`), pieces = ["docs"] } = {}) {
  const config = join(scratch, `config${runs++}.yaml`);
  const said = join(scratch, `said${runs++}.json`);
  const take = join(scratch, "take");
  writeFileSync(take, '#!/bin/sh\nexec cat > "$1"\n', { mode: 0o755 });
  writeFileSync(config, `deliver:\n  - command: [${take}, ${said}]\n${deliver}`);
  const { status, stderr } = spawnSync(process.execPath, [bin, "scan", ...pieces, "-q", "--zone", "internet", "--config", config], {
    cwd: scratch,
    encoding: "utf8",
    env: { ...process.env, LANG: "en_US.UTF-8", XDG_STATE_HOME: state },
  });
  return {
    status,
    stderr,
    report: existsSync(said) ? JSON.parse(readFileSync(said, "utf8")) : undefined,
    spool: join(state, "zicha", "spool"),
  };
}

/** RFC 5424, 6.3: one element, its values unescaped. */
function fieldsOf(data) {
  const fields = {};
  for (const [, name, value] of data.matchAll(/ (\w+)="((?:[^"\\\]]|\\.)*)"/gs)) fields[name] = value.replace(/\\(["\\\]])/g, "$1");
  return fields;
}

/** CEF: seven fields of a head, then keys and values. */
function cefOf(text) {
  const [, head, extension] = /CEF:0\|((?:[^|\\]|\\.)*(?:\|(?:[^|\\]|\\.)*){5})\|(.*)$/s.exec(text) ?? [];
  if (head === undefined) return undefined;
  const fields = {};
  for (const [, key, value] of extension.matchAll(/(\w+)=((?:[^=\\]|\\.)*?)(?= \w+=|$)/gs))
    fields[key] = value.replace(/\\([\\=])/g, "$1").replace(/\\n/g, "\n");
  return { head: head.split(/(?<!\\)\|/), fields };
}

/** Control characters become blanks. */
const clean = (text) => text.replace(/[\u0000-\u001f\u007f]/g, " ");

function compare(name, messages, report, format) {
  check(
    `${name}: one message for the run and one for each finding`,
    report.findings.length > 5 && messages.length === report.findings.length + 1,
    `${messages.length}`,
  );
  check(
    `${name}: facility audit, RFC 5424, program and host`,
    messages.every((one) => Math.floor(one.pri / 8) === 13 && one.protocol === "1" && one.app === "zicha" && one.host === report.host),
  );
  check(
    `${name}: the time of the run`,
    messages.every((one) => Date.parse(one.time) === Date.parse(report.ended)),
    messages[0]?.time,
  );
  const found = messages.filter(({ id }) => id === "finding");
  const seen = found.map((one) =>
    format === "cef"
      ? [cefOf(one.text)?.fields.externalId, cefOf(one.text)?.fields.filePath, cefOf(one.text)?.fields.msg]
      : [fieldsOf(one.data).fingerprint, fieldsOf(one.data).path, fieldsOf(one.data).masked],
  );
  const wanted = report.findings.map(({ fingerprint, path, masked }) => [fingerprint, clean(path), masked]);
  check(
    `${name}: every path and masked value as it was sent`,
    JSON.stringify(seen.toSorted()) === JSON.stringify(wanted.toSorted()),
    JSON.stringify([seen, wanted]),
  );
  if (format !== "cef")
    check(
      `${name}: text in UTF-8 behind its mark`,
      messages.every(({ text }) => text.replace(/^ /, "").startsWith("\ufeff")),
      JSON.stringify(messages[0]?.text.slice(0, 20)),
    );
  const all = JSON.stringify(messages);
  check(`${name}: no value, no state secret`, !all.includes("440308199901101512") && !all.includes("王小明") && !all.includes("机密★"));
}

async function settled(one, number) {
  for (let tries = 0; tries < 100 && one.messages().length < number; tries++) await setTimeout(100);
  await setTimeout(300);
  return one.messages();
}

async function main() {
  const plain = { tcp: await freePort(), udp: await freePort() };
  let server = await receiver("plain", plain);
  for (const [protocol, port] of [
    ["udp", plain.udp],
    ["tcp", plain.tcp],
  ])
    for (const format of ["rfc5424", "cef"]) {
      server.clear();
      const { report, status } = scan(`  - syslog: ${protocol}://127.0.0.1:${port}\n    format: ${format}\n`);
      check(`${protocol} ${format}: exit 1 as without sending`, status === 1);
      compare(`${protocol} ${format}`, await settled(server, report.findings.length + 1), report, format);
    }
  await server.stop();

  if (withTls) {
    const tls = { ca: join(scratch, "cert.pem"), certificate: join(scratch, "cert.pem"), key: join(scratch, "key.pem") };
    const other = join(scratch, "other.pem");
    for (const [key, certificate] of [
      [tls.key, tls.certificate],
      [join(scratch, "other.key"), other],
    ])
      spawnSync("openssl", [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        key,
        "-out",
        certificate,
      ]);
    const port = await freePort();
    const secure = await receiver("tls", { tcp: port }, tls);
    for (const format of ["rfc5424", "cef"]) {
      secure.clear();
      const { report } = scan(`  - syslog: tls://localhost:${port}\n    format: ${format}\n    caFile: ${tls.ca}\n`);
      compare(`tls ${format}`, await settled(secure, report.findings.length + 1), report, format);
    }
    secure.clear();
    const { stderr, spool } = scan(`  - syslog: tls://localhost:${port}\n    caFile: ${other}\n`);
    check(
      "tls: not to a receiver that nobody vouches for",
      /did not arrive \(syslog: [A-Z_]+\)/.test(stderr) && readdirSync(spool).length === 1 && (await settled(secure, 1)).length === 0,
      stderr,
    );
    await secure.stop();
  } else tell("skipped: TLS, which needs openssl and rsyslog-gnutls");

  // The receiver is down: one run ends, one is killed while it tries, and when the receiver is back each is told once, in order.
  {
    const home = join(scratch, "down");
    const deliver = `  - syslog: tcp://127.0.0.1:${plain.tcp}\n`;
    const first = scan(deliver, { state: home, pieces: ["docs/普通.csv"] });
    check(
      "down: said, kept, and no other exit code",
      first.status === 1 &&
        /did not arrive \(syslog: ECONNREFUSED\); the next run tries again/.test(first.stderr) &&
        readdirSync(first.spool).length === 1,
      first.stderr,
    );
    const config = join(scratch, "killed.yaml");
    writeFileSync(config, `deliver:\n${deliver}`);
    const child = spawn(process.execPath, [bin, "scan", "docs/普通.csv", "-q", "--zone", "internet", "--config", config], {
      cwd: scratch,
      stdio: "ignore",
      env: { ...process.env, XDG_STATE_HOME: home },
    });
    for (let tries = 0; tries < 600 && readdirSync(first.spool).filter((name) => name.endsWith(".json")).length < 2; tries++)
      await setTimeout(20);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    const kept = readdirSync(first.spool).toSorted();
    const keys = kept.map((name) => JSON.parse(readFileSync(join(first.spool, name), "utf8")).report.key);
    check("down: the killed run's result is kept", kept.length === 2 && new Set(keys).size === 2, String(kept));
    server = await receiver("back", plain);
    const third = scan(deliver, { state: home, pieces: ["docs/普通.csv"] });
    const messages = await settled(server, 3 * (third.report.findings.length + 1));
    const told = messages.filter(({ id }) => id === "run").map(({ data }) => fieldsOf(data).key);
    check(
      "back: each told once, in order, then this one",
      JSON.stringify(told) === JSON.stringify([...keys, third.report.key]),
      JSON.stringify([told, keys, third.report.key]),
    );
    const count = 3 * third.report.findings.length;
    check("back: no finding lost or doubled", messages.filter(({ id }) => id === "finding").length === count, String(messages.length));
    check("back: nothing is left to send", readdirSync(third.spool).length === 0);
    const fourth = scan(deliver, { state: home, pieces: ["docs/普通.csv"] });
    check(
      "back: nothing is sent twice",
      (await settled(server, messages.length + fourth.report.findings.length + 1)).filter(({ id }) => id === "run").length === 4,
    );
    await server.stop();
  }
  tell(
    failed === 0
      ? `all as sent (${spawnSync(daemon, ["-v"], { encoding: "utf8" }).stdout.split("\n")[0].trim().replace(/ +.*$/, "")}${/ (\d\S+)/.exec(spawnSync(daemon, ["-v"], { encoding: "utf8" }).stdout)?.[0] ?? ""})`
      : `${failed} not as sent`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}

if (daemon === undefined) tell("skipped: rsyslogd is not installed");
else await main();
