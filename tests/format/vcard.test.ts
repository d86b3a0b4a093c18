import { expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { vcard } from "../../src/format/vcard.ts";
import { encode } from "../../src/util/encode.ts";
import { endure } from "./hostile.ts";
import { run } from "./support.ts";

const contacts = [
  "BEGIN:VCARD",
  "VERSION:2.1",
  "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0;=E4=B8=89;;;",
  "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=",
  "=A0=E4=B8=89",
  "TEL;CELL:13800138000",
  "TEL;HOME:010-66668888",
  "ADR;HOME:;;测试路\\;1号;北京;;100000;中国",
  "PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAUDBAQEAwUEBAQFBQUGBwwIBwcH",
  " EhEPERETFhwXExQaFRERGCEYGh0dHx8fExciJCIeJBweHx7/",
  "",
  "END:VCARD",
  "BEGIN:VCARD",
  "FN:Smith",
  "N:Smith;John;;;",
  "item1.TEL;type=CELL:tel:+86 138 0013 8001",
  "NOTE:one\\ntwo\\, three",
  "X-QQ:10001",
  "END:VCARD",
].join("\r\n");

test("contacts are a table of persons", async () => {
  const bytes = Buffer.from(contacts);
  expect(await vcard.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  const result = await run(vcard, memorySource(bytes));
  expect(result.texts).toEqual([
    "contacts [body]: 姓名\t手机号\t邮箱\t单位\t职务\t地址\t出生日期\t备注\n张三\t13800138000 010-66668888\t\t\t\t测试路;1号 北京 100000 中国\t\t\nSmith Smith John\t+86 138 0013 8001\t\t\t\t\t\tone two, three\n",
    "body [body]: VERSION: 2.1\nX-QQ: 10001\n",
  ]);
  expect(result.chunks[0]?.table?.head[0]?.[1]).toBe("手机号");
  expect(Object.keys(result.members)).toEqual(["photo-1.jpeg"]);
  expect(result.failures).toEqual([]);
});

test("a calendar: folded lines, persons, an attachment", async () => {
  const text = `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:客户拜访\\, 13800\r\n 138000\r\nATTENDEE;CN="张三":mailto:z@b.example\r\nATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME="名单.txt":${Buffer.from("测试甲 13800138001 ".repeat(5)).toString("base64")}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  const result = await run(vcard, memorySource(Buffer.from(text)));
  expect(result.texts).toEqual(["body [body]: SUMMARY: 客户拜访, 13800138000\nATTENDEE: z@b.example\nATTENDEE: 张三\n"]);
  expect(result.members).toEqual({ "名单.txt": "测试甲 13800138001 ".repeat(5) });
});

test("contacts in GBK that say nothing of it", async () => {
  const bytes = encode("BEGIN:VCARD\r\nFN:客户张三\r\nNOTE:资金账户明细\r\nEND:VCARD\r\n", "gb18030") ?? new Uint8Array(0);
  expect((await run(vcard, memorySource(bytes))).texts[0]).toContain("客户张三\t\t\t\t\t\t\t资金账户明细\n");
});

test("cut, bent and garbled cards", async () => {
  for (const failures of (await endure(vcard, Buffer.from(contacts), 13)).slice(1)) expect(failures).toEqual(["corrupt file partial"]);
});
