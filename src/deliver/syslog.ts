import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import type { Destination, ReportedFinding, RunReport } from "../model/delivery.ts";

type Syslog = Extract<Destination, { kind: "syslog" }>;

/** Facility 13 is the audit log (RFC 5424, table 1). */
const FACILITY = 13;
const severities: Readonly<Record<string, number>> = { critical: 2, high: 3, medium: 4, low: 5, info: 6 };
/** Milliseconds to connect and to send. */
const TIMEOUT = 15_000;
/** Bytes of a datagram that every receiver must take whole (RFC 5426: 480 must, 2,048 should). */
const DATAGRAM = 2_048;
/** An enterprise number is the owner's to register; 32473 is reserved for documentation (RFC 5612). */
const ELEMENT = "zicha@32473";

/** The lines of a report: one for the run, then one for each finding. Without frame. */
export function syslogLines(report: RunReport, format: Syslog["format"]): readonly string[] {
  return format === "cef"
    ? [
        header(report, runSeverity(report), "run", "-") + cefRun(report),
        ...report.findings.map((finding) => header(report, finding.severity, "finding", "-") + cefFinding(report, finding)),
      ]
    : [
        header(report, runSeverity(report), "run", element(runFields(report))) + `\u{feff}${sentence(report)}`,
        ...report.findings.map(
          (finding) =>
            header(report, finding.severity, "finding", element({ key: report.key, ...finding })) +
            `\u{feff}${finding.rule} ${finding.masked} ${finding.path}`,
        ),
      ];
}

function runSeverity(report: RunReport): string {
  if (report.violations > 0 || report.stateSecrets.count > 0) return "high";
  return report.suspects > 0 || report.notExamined > 0 || !report.complete ? "medium" : "info";
}

/** `<PRI>1 TIMESTAMP HOST APP PROCID MSGID SD ` (RFC 5424, 6). */
function header(report: RunReport, severity: string, id: string, data: string): string {
  const priority = FACILITY * 8 + (severities[severity] ?? 6);
  const host = report.host.replace(/[^\x21-\x7e]/g, "?").slice(0, 255) || "-";
  return `<${priority}>1 ${report.ended || report.started} ${host} zicha - ${id} ${data} `;
}

function runFields(report: RunReport): Readonly<Record<string, string>> {
  return {
    key: report.key,
    zone: report.zone,
    profile: report.profile ?? "",
    complete: String(report.complete),
    exit: String(report.exitCode),
    violations: String(report.violations),
    suspects: String(report.suspects),
    notExamined: String(report.notExamined),
    entries: String(report.entries),
    stateSecrets: String(report.stateSecrets.count),
    left: String(report.left),
  };
}

/** Names as they are, values with `"`, `\` and `]` escaped and no control characters (RFC 5424, 6.3.3). */
function element(fields: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}="${clean(value).replace(/["\\\]]/g, "\\$&")}"`);
  return `[${ELEMENT} ${pairs.join(" ")}]`;
}

function sentence(report: RunReport): string {
  const secrets = report.stateSecrets.count === 0 ? "" : `; state-secret marks ${report.stateSecrets.count}, handle on site`;
  return `zicha ${report.profile ?? "scan"} zone ${report.zone}: violation ${report.violations}, suspect ${report.suspects}, not examined ${report.notExamined} of ${report.entries}${report.complete ? "" : ", cut short"}${secrets}`;
}

function cefRun(report: RunReport): string {
  const secrets = report.stateSecrets.count;
  return cef(report, "run", "Secrecy self-check", runSeverity(report), {
    rt: String(Date.parse(report.ended || report.started)),
    dvchost: report.host,
    externalId: report.key,
    cnt: String(report.violations + report.suspects),
    outcome: report.complete ? "complete" : "cut short",
    cs1Label: "zone",
    cs1: report.zone,
    cn1Label: "notExamined",
    cn1: String(report.notExamined),
    cn2Label: "stateSecrets",
    cn2: String(secrets),
    msg: sentence(report),
  });
}

function cefFinding(report: RunReport, finding: ReportedFinding): string {
  return cef(report, finding.rule, finding.rule, finding.severity, {
    rt: String(Date.parse(report.ended || report.started)),
    dvchost: report.host,
    externalId: finding.fingerprint,
    filePath: finding.path,
    fname: finding.path.slice(Math.max(finding.path.lastIndexOf("/"), finding.path.lastIndexOf("\\")) + 1),
    act: finding.effect,
    cs1Label: "ruleId",
    cs1: finding.rule,
    msg: finding.masked,
  });
}

/** `CEF:0|vendor|product|version|id|name|severity|extension`: `|` and `\` escaped in the head, `=` and `\` in values. */
function cef(report: RunReport, id: string, name: string, severity: string, fields: Readonly<Record<string, string>>): string {
  const level = { critical: 10, high: 8, medium: 5, low: 3, info: 1 }[severity] ?? 1;
  const head = ["zicha", "zicha", report.version, id, name].map((part) => clean(part).replace(/[\\|]/g, "\\$&")).join("|");
  const extension = Object.entries(fields).map(([key, value]) => `${key}=${clean(value).replace(/[\\=]/g, "\\$&")}`);
  return `CEF:0|${head}|${level}|${extension.join(" ")}`;
}

function clean(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, " ");
}

/** Sends a report. Resolves when all is handed over; over UDP that is all there is to know. Rejects with a sentence without content. */
export async function sendSyslog(destination: Syslog, report: RunReport, milliseconds: number): Promise<void> {
  const url = new URL(destination.url);
  const lines = syslogLines(report, destination.format).map((line) => Buffer.from(line, "utf8"));
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.protocol === "udp:") return sendDatagrams(host, Number(url.port || 514), lines);
  const tls = url.protocol === "tls:";
  const port = Number(url.port || (tls ? 6514 : 601));
  const socket = tls
    ? connectTls({ host, port, servername: host, ...(destination.caFile === undefined ? {} : { ca: readFileSync(destination.caFile) }) })
    : connect({ host, port });
  // Octets are counted (RFC 6587, 3.4.1; RFC 5425, 4.3): a line end inside a message means nothing.
  return sendStream(
    socket,
    tls ? "secureConnect" : "connect",
    Buffer.concat(lines.flatMap((line) => [Buffer.from(`${line.length} `), line])),
    Math.min(TIMEOUT, Math.ceil(milliseconds)),
  );
}

function sendDatagrams(host: string, port: number, lines: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    let waiting = lines.length;
    for (const line of lines) {
      socket.send(cut(line), port, host, (error) => {
        waiting--;
        if (error !== null || waiting === 0) socket.close(() => (error === null ? resolve() : reject(error)));
      });
    }
  });
}

/** At a character's begin. */
function cut(line: Buffer): Buffer {
  let end = Math.min(line.length, DATAGRAM);
  while (end < line.length && ((line[end] ?? 0) & 0xc0) === 0x80) end--;
  return line.subarray(0, end);
}

function sendStream(socket: Socket, ready: string, bytes: Buffer, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(milliseconds, () => socket.destroy(new Error("timed out")));
    socket.once("error", reject);
    socket.once(ready, () => socket.end(bytes));
    socket.once("close", (failed) => {
      if (!failed) resolve();
    });
  });
}
