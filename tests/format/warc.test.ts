import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { warc } from "../../src/format/warc.ts";
import { endure } from "./hostile.ts";
import { limitedBudget, run } from "./support.ts";

const page = "<html><p>内部资料 13800138000</p></html>";

function record(fields: Readonly<Record<string, string>>, block: Buffer | string): Buffer {
  const body = Buffer.from(block);
  const lines = Object.entries({ ...fields, "Content-Length": String(body.length) }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`WARC/1.0\r\n${lines.join("")}\r\n`), body, Buffer.from("\r\n\r\n")]);
}

function response(address: string, head: string, body: Buffer | string): Buffer {
  return record(
    { "WARC-Type": "response", "WARC-Target-URI": address, "Content-Type": "application/http; msgtype=response" },
    Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n`), Buffer.from(body)]),
  );
}

const chunked = (bytes: Buffer): Buffer =>
  Buffer.concat([
    ...[bytes.subarray(0, 7), bytes.subarray(7)].map((part) =>
      Buffer.concat([Buffer.from(`${part.length.toString(16)};x=1\r\n`), part, Buffer.from("\r\n")]),
    ),
    Buffer.from("0\r\n\r\n"),
  ]);

const archive = Buffer.concat([
  record({ "WARC-Type": "warcinfo", "Content-Type": "application/warc-fields" }, "software: x\r\n"),
  response("http://a.example/plain.html?q=1", "Content-Type: text/html\r\n", page),
  response("http://a.example/gzip.html", "Content-Encoding: gzip\r\n", gzipSync(page)),
  response("http://a.example/deflate.html", "Content-Encoding: deflate\r\n", deflateSync(page)),
  response("http://a.example/br.html", "Content-Encoding: br\r\n", brotliCompressSync(page)),
  response("http://a.example/chunks.html", "Transfer-Encoding: chunked\r\n", chunked(Buffer.from(page))),
  response("http://a.example/both.html", "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", chunked(gzipSync(page))),
  record(
    { "WARC-Type": "request", "WARC-Target-URI": "http://a.example/", "Content-Type": "application/http;msgtype=request" },
    "POST / HTTP/1.1\r\nHost: a.example\r\n\r\nid=13800138001",
  ),
  record({ "WARC-Type": "resource", "WARC-Target-URI": "file:///表.csv", "Content-Type": "text/csv" }, "姓名\n测试甲\n"),
]);

test("records of every kind, unpacked", async () => {
  expect(await warc.accepts(await createProbe("x", memorySource(archive)))).toBe(true);
  const result = await run(warc, memorySource(archive));
  expect(result.members).toEqual({
    "1.warcinfo": "software: x\r\n",
    "2-plain.html": page,
    "3-gzip.html": page,
    "4-deflate.html": page,
    "5-br.html": page,
    "6-chunks.html": page,
    "7-both.html": page,
    "8.request": "id=13800138001",
    "9-表.csv": "姓名\n测试甲\n",
  });
  expect(result.texts.join("")).toContain("http://a.example/plain.html?q=1");
  expect(result.failures).toEqual([]);
});

test("damage is told, and what is before it stays", async () => {
  const result = await run(warc, memorySource(archive.subarray(0, archive.length - 10)));
  expect(result.failures).toEqual(["corrupt file!/9-表.csv partial"]);
  const packed = gzipSync(page);
  packed.fill(7, 10);
  expect((await run(warc, memorySource(response("http://a/b", "Content-Encoding: gzip\r\n", packed)))).failures).toEqual([
    "corrupt file!/1-b partial",
  ]);
  expect(
    (await run(warc, memorySource(response("http://a/b", "Content-Encoding: gzip\r\n", gzipSync(page).subarray(0, 30))))).failures,
  ).toEqual(["corrupt file!/1-b partial"]);
  const claims = Buffer.from("WARC/1.0\r\nContent-Length: 9223372036854775808\r\n\r\nx");
  expect((await run(warc, memorySource(claims))).failures).toEqual(["corrupt file whole"]);
});

test("a bomb in an answer and the limit of members", async () => {
  const bomb = response("http://a/b", "Content-Encoding: gzip\r\n", gzipSync(Buffer.alloc(30 * 1024 * 1024)));
  expect((await run(warc, memorySource(bomb))).failures).toEqual(["bomb file!/1-b partial"]);
  expect((await run(warc, memorySource(archive), { budget: limitedBudget({ members: 2 }) })).failures).toEqual(["too-large file partial"]);
});

test("cut, bent and garbled archives", async () => {
  await endure(warc, archive, 10);
});
