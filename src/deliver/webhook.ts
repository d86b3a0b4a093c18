import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";

import type { Destination, RunReport } from "../model/delivery.ts";

/** Milliseconds for a whole request. */
const TIMEOUT = 20_000;

/**
 * Posts a report as JSON. `X-Zicha-Signature: sha256=` is the HMAC over `timestamp.body` with the secret file's content, so that neither can be
 * changed or sent again later; `Idempotency-Key` is the same for every try. Resolves for 2xx; rejects otherwise, for a redirect too.
 */
export function sendWebhook(
  destination: Extract<Destination, { kind: "webhook" }>,
  report: RunReport,
  milliseconds: number,
): Promise<void> {
  const body = JSON.stringify(report);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const url = new URL(destination.url);
  const headers: Record<string, string> = {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": String(Buffer.byteLength(body)),
    "User-Agent": `zicha/${report.version}`,
    "Idempotency-Key": report.key,
    "X-Zicha-Timestamp": timestamp,
  };
  if (destination.secretFile !== undefined) {
    const secret = readFileSync(destination.secretFile, "utf8").trim();
    headers["X-Zicha-Signature"] = `sha256=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;
  }
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? requestTls : requestPlain;
    const ca = destination.caFile === undefined ? {} : { ca: readFileSync(destination.caFile) };
    const signal = AbortSignal.timeout(Math.min(TIMEOUT, Math.ceil(milliseconds)));
    const outgoing = send(url, { method: "POST", headers, signal, ...ca }, (response) => {
      response.resume();
      response.once("end", () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(new Error(`HTTP ${status}`));
      });
      response.once("error", reject);
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
