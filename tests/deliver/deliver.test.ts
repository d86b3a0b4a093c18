import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { createServer as createTcp } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { createServer as createTls } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { prepareDelivery } from "../../src/deliver/deliver.ts";
import type { TakeTurn, Undelivered } from "../../src/deliver/deliver.ts";
import { syslogLines } from "../../src/deliver/syslog.ts";
import type { Destination, RunReport } from "../../src/model/delivery.ts";
import { takeLock } from "../../src/scan/state/lock.ts";

const scratch = mkdtempSync(join(tmpdir(), "zicha-deliver-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let spools = 0;
const turnAt =
  (spool: string): TakeTurn =>
  async (milliseconds) => {
    const lock = await takeLock(join(spool, "lock"), milliseconds);
    return "release" in lock ? lock.release : undefined;
  };
const deliver = (destinations: readonly Destination[], sent: RunReport, spool: string): Promise<readonly Undelivered[]> =>
  prepareDelivery(destinations, sent, spool, turnAt(spool))();
const newSpool = (): string => join(scratch, `spool${spools++}`);

const report: RunReport = {
  schema: 1,
  key: "00112233445566778899aabbccddeeff",
  started: "2026-11-23T01:52:07.000Z",
  ended: "2026-11-23T01:53:07.000Z",
  host: "pc-0421",
  version: "0.1.0",
  profile: "internet-pc",
  zone: "internet",
  complete: true,
  exitCode: 1,
  entries: 41,
  examined: 37,
  notExamined: 4,
  violations: 3,
  suspects: 2,
  elapsedMs: 2_100,
  change: { new: 1, worse: 0, gone: 0 },
  stateSecrets: { count: 1, note: "handle on site" },
  findings: [
    {
      fingerprint: "f1",
      rule: "cn-pii/resident-id",
      path: '客户 "甲"=[1]|.xlsx',
      severity: "medium",
      effect: "violation",
      masked: "110101********8670",
    },
  ],
  left: 0,
};

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Messages of a stream whose octets are counted. */
function framed(bytes: Buffer): readonly string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString("latin1", at, space));
    messages.push(bytes.toString("utf8", space + 1, space + 1 + length));
    at = space + 1 + length;
  }
  return messages;
}

describe("syslog", () => {
  it("writes RFC 5424 and CEF, each with its own escapes", () => {
    const [run, finding] = syslogLines(report, "rfc5424");
    expect(run).toBe(
      '<107>1 2026-11-23T01:53:07.000Z pc-0421 zicha - run [zicha@32473 key="00112233445566778899aabbccddeeff" zone="internet" profile="internet-pc" complete="true" exit="1" violations="3" suspects="2" notExamined="4" entries="41" stateSecrets="1" left="0"] \ufeffzicha internet-pc zone internet: violation 3, suspect 2, not examined 4 of 41; state-secret marks 1, handle on site',
    );
    expect(finding).toContain('path="客户 \\"甲\\"=[1\\]|.xlsx"');
    const [, cef] = syslogLines(report, "cef");
    expect(cef).toContain(" CEF:0|zicha|zicha|0.1.0|cn-pii/resident-id|cn-pii/resident-id|5|rt=");
    expect(cef).toContain('filePath=客户 "甲"\\=[1]|.xlsx');
  });

  it("arrives over UDP", async () => {
    const socket = createSocket("udp4");
    const got: string[] = [];
    const all = new Promise<void>((resolve) => {
      socket.on("message", (message) => {
        got.push(message.toString("utf8"));
        if (got.length === 2) resolve();
      });
    });
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const url = `udp://127.0.0.1:${socket.address().port}`;
    expect(await deliver([{ kind: "syslog", url, format: "rfc5424" }], report, newSpool())).toEqual([]);
    await all;
    socket.close();
    expect(got.toSorted()).toEqual([...syslogLines(report, "rfc5424")].toSorted());
  });

  it("arrives over TCP with octets counted", async () => {
    const pieces: Buffer[] = [];
    const server = createTcp((socket) => socket.on("data", (piece) => pieces.push(piece)));
    const url = `tcp://127.0.0.1:${await listening(server)}`;
    expect(await deliver([{ kind: "syslog", url, format: "cef" }], report, newSpool())).toEqual([]);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(framed(Buffer.concat(pieces))).toEqual(syslogLines(report, "cef"));
  });

  it.runIf(existsSync("/usr/bin/openssl"))("arrives over TLS, and not at a receiver that nobody vouches for", async () => {
    const [key, cert] = [join(scratch, "tls.key"), join(scratch, "tls.pem")];
    const words = [
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
    ];
    execFileSync("openssl", [...words, "-keyout", key, "-out", cert], { stdio: "pipe" });
    const pieces: Buffer[] = [];
    const server = createTls({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (piece) => pieces.push(piece));
    });
    const url = `tls://localhost:${await listening(server)}`;
    expect(await deliver([{ kind: "syslog", url, format: "rfc5424", caFile: cert }], report, newSpool())).toEqual([]);
    const spool = newSpool();
    const [refused] = await deliver([{ kind: "syslog", url, format: "rfc5424" }], report, spool);
    expect(refused?.detail).toMatch(/SELF_SIGNED|CERT/);
    expect(readdirSync(spool)).toHaveLength(1);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(framed(Buffer.concat(pieces))).toEqual(syslogLines(report, "rfc5424"));
  });
});

describe("webhook", () => {
  it("is signed with its time, retried, and told apart by its key", async () => {
    const got: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        got.push({ headers: request.headers, body: Buffer.concat(pieces).toString("utf8") });
        response.writeHead(got.length === 1 ? 503 : 204).end();
      });
    });
    const secretFile = join(scratch, "secret");
    writeFileSync(secretFile, "hook secret\n");
    const url = `http://127.0.0.1:${await listening(server)}/hook`;
    expect(await deliver([{ kind: "webhook", url, secretFile }], report, newSpool())).toEqual([]);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(got).toHaveLength(2);
    for (const { headers, body } of got) {
      expect(JSON.parse(body)).toEqual(report);
      expect(headers["idempotency-key"]).toBe(report.key);
      const signed = createHmac("sha256", "hook secret")
        .update(`${String(headers["x-zicha-timestamp"])}.${body}`)
        .digest("hex");
      expect(headers["x-zicha-signature"]).toBe(`sha256=${signed}`);
    }
  });

  it("keeps what does not arrive, for its owner only, and sends it first the next time", async () => {
    const spool = newSpool();
    // Taken and let go: nobody listens there.
    const closed = createTcp();
    const port = await listening(closed);
    await new Promise<void>((resolve) => closed.close(() => resolve()));
    const destination = { kind: "webhook", url: `http://127.0.0.1:${port}/` } as const;
    expect(await deliver([destination], report, spool)).toEqual([{ destination, detail: "ECONNREFUSED", kept: true }]);
    const [file = ""] = readdirSync(spool);
    expect(statSync(join(spool, file)).mode & 0o077).toBe(0);
    // A file torn by a crash harms nobody.
    writeFileSync(join(spool, "0.json"), '{"destination": "webh');
    const got: string[] = [];
    const server = createServer((request, response) => {
      got.push(String(request.headers["idempotency-key"]));
      request.resume();
      response.writeHead(200).end();
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const later = { ...report, key: "second", started: "2026-11-24T01:52:07.000Z" };
    expect(await deliver([destination], later, spool)).toEqual([]);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(got).toEqual([report.key, "second"]);
    expect(readdirSync(spool)).toEqual(["0.json"]);
  });
});

it("is sent by one run at a time, also what another run put there meanwhile", async () => {
  const spool = newSpool();
  const got = join(scratch, "got.log");
  const slow = { kind: "command", words: ["/bin/sh", "-c", `sleep 0.4; grep -o '"key":"[a-z0-9]*"' >> ${got}`] } as const;
  const runs = ["first", "second", "third"].map((key, index) =>
    prepareDelivery([slow], { ...report, key, started: `2026-11-2${index}T00:00:00.000Z` }, spool, turnAt(spool)),
  );
  expect(await Promise.all(runs.map((send) => send()))).toEqual([[], [], []]);
  expect(readFileSync(got, "utf8").trimEnd().split("\n")).toEqual(['"key":"first"', '"key":"second"', '"key":"third"']);
  expect(readdirSync(spool)).toEqual([]);
});

it("is left to the next run where another is still sending or no time is left", async () => {
  const spool = newSpool();
  const took = join(scratch, "late.json");
  const take = { kind: "command", words: ["/bin/sh", "-c", `cat > ${took}`] } as const;
  const send = prepareDelivery([take], report, spool, turnAt(spool));
  const lock = await takeLock(join(spool, "lock"), 0);
  expect(await send(performance.now() + 300)).toEqual([{ destination: take, detail: "another run is sending", kept: true }]);
  if ("release" in lock) lock.release();
  expect(await send(performance.now() - 1)).toEqual([{ destination: take, detail: "no time is left", kept: true }]);
  const hangs = { kind: "command", words: ["/bin/sleep", "30"] } as const;
  const begun = performance.now();
  expect(await prepareDelivery([hangs], report, spool, turnAt(spool))(begun + 500)).toMatchObject([{ detail: "SIGTERM", kept: true }]);
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(existsSync(took)).toBe(false);
  expect(await prepareDelivery([take], undefined, spool, turnAt(spool))()).toEqual([]);
  expect(JSON.parse(readFileSync(took, "utf8"))).toEqual(report);
});

it("sends what cannot be kept at once, and says where it is lost", async () => {
  const spool = join(scratch, "a-file");
  writeFileSync(spool, "");
  const took = join(scratch, "took.json");
  const take = { kind: "command", words: ["/bin/sh", "-c", `cat > ${took}`] } as const;
  const down = { kind: "command", words: ["/bin/false"] } as const;
  expect(await deliver([take, down], report, spool)).toEqual([{ destination: down, detail: "exit code 1", kept: false }]);
  expect(JSON.parse(readFileSync(took, "utf8"))).toEqual(report);
});

it("writes gauges for the textfile collector", async () => {
  const file = join(scratch, "zicha.prom");
  expect(await deliver([{ kind: "prometheus", file }], report, newSpool())).toEqual([]);
  const text = readFileSync(file, "utf8");
  expect(text).toContain('\nzicha_files_in_violation{zone="internet",profile="internet-pc"} 3\n');
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n")) expect(line).toMatch(/^(# (HELP|TYPE) zicha_\w+ .+|zicha_\w+\{[^}]*\} -?\d+(\.\d+)?)$/);
  expect(readdirSync(scratch).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

it("starts a program without a shell, the report on its input", async () => {
  const out = join(scratch, "given.json");
  const words = ["/bin/sh", "-c", 'cat > "$1"; test "$2" = \'; rm -rf $HOME\'', "sh", out, "; rm -rf $HOME"] as const;
  expect(await deliver([{ kind: "command", words: [...words] }], report, newSpool())).toEqual([]);
  expect(JSON.parse(readFileSync(out, "utf8"))).toEqual(report);
  expect((await deliver([{ kind: "command", words: ["/bin/false"] }], report, newSpool()))[0]?.detail).toBe("exit code 1");
});
