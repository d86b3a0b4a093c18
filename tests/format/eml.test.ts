import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { eml } from "../../src/format/eml.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { streamSource } from "../../src/format/shared/zipMember.ts";
import { encode } from "../../src/util/encode.ts";
import { endure } from "./hostile.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";

const nested = readFileSync(new URL("../../fixtures/mail/nested.eml", import.meta.url));

async function accepted(bytes: Uint8Array): Promise<boolean> {
  return await eml.accepts(await createProbe("x", memorySource(bytes)));
}

function mail(...lines: readonly string[]): Buffer {
  return Buffer.from(["From: a@b.example", "MIME-Version: 1.0", ...lines].join("\r\n"));
}

describe("a message of many parts", () => {
  const expected = {
    texts: [
      "header [property]: From: 测试甲 <jia@bank.example>\nTo: 测试乙 <yi@bank.example>\nSubject: 客户名单请查收，这是一个很长的主题以便在编码时被折成若干行来检查相邻编码字的合并\nDate: Thu, 26 Nov 2026 09:00:00 +0800\n",
      "body [body]: 正文 13800138000\n\n",
    ],
    names: ["body.html", "客户名单（二〇二六年第四季度汇总表）.csv", "message.eml"],
  };

  test("is read whole", async () => {
    expect(await accepted(nested)).toBe(true);
    const result = await run(eml, memorySource(nested));
    checkChunks(result);
    expect(result.texts.map((text) => text.replace(/\n+$/, "\n"))).toEqual(expected.texts.map((text) => text.replace(/\n+$/, "\n")));
    expect(Object.keys(result.members)).toEqual(expected.names);
    expect(result.members["body.html"]?.trim()).toBe("<p>网页正文 13800138002</p>");
    expect(new TextDecoder("gb18030").decode(result.memberBytes[expected.names[1] ?? ""])).toBe("姓名,手机号\r\n测试甲,13800138003\r\n");
    expect(result.failures).toEqual([]);
    expect(result.chunks[0]?.content.kind === "utf8" && result.chunks[0].content.locate(50)).toEqual({ kind: "property", name: "To" });
  });

  test.each([1, 7, 1000])("in pieces of %d bytes, from a source that cannot seek", async (step) => {
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (let at = 0; at < nested.length; at += step) yield nested.subarray(at, at + step);
    }
    const result = await run(
      eml,
      streamSource(pieces(), undefined, () => undefined),
    );
    expect(Object.keys(result.members)).toEqual(expected.names);
    expect(result.failures).toEqual([]);
  });

  test("a member that is not read does not hold up the next", async () => {
    const result = await run(eml, memorySource(nested), { budget: limitedBudget({ members: 1 }) });
    expect(Object.keys(result.members)).toEqual(["body.html"]);
    expect(result.failures).toEqual(["too-large file partial"]);
  });
});

describe("headers", () => {
  const subject = async (raw: string | Uint8Array): Promise<string | undefined> => {
    const bytes = Buffer.concat([Buffer.from("From: a@b.example\r\nSubject: "), Buffer.from(raw as Uint8Array), Buffer.from("\r\n\r\n")]);
    return (await run(eml, memorySource(bytes))).texts[0]?.split("\n")[1]?.slice(9);
  };
  test.each([
    ["=?gb2312?B?v827p8P7taU=?=", "客户名单"],
    ["=?gb2312?B?zajWqg==?=", "通知"],
    ["=?GBK?Q?=BF=CD=BB=A7?=", "客户"],
    ["=?utf-8?B?5a6i5oi3?= =?utf-8?B?5ZCN5Y2V?=", "客户名单"],
    ["a =?utf-8?B?5a6i?=\r\n b", "a 客 b"],
    ["=?utf-8?B?5a6i5o==?= =?utf-8?B?iLc=?=", "客户"],
    ["=?big5?B?q8ik4Q==?=", "客戶"],
    ["=?x-nobody?B?5a6i5oi3?=", "客户"],
    ["no =?words?= here", "no =?words?= here"],
  ])("%s", async (raw, text) => {
    expect(await subject(raw)).toBe(text);
  });
  test("raw GBK, Big5 and UTF-8", async () => {
    expect(await subject(encode("客户资金账户明细清单", "gb18030") ?? "")).toBe("客户资金账户明细清单");
    expect(await subject(encode("客戶的資料請與我們聯絡", "big5") ?? "")).toBe("客戶的資料請與我們聯絡");
    expect(await subject("客户名单")).toBe("客户名单");
  });
  test.each([
    [`attachment; filename="=?gb2312?B?v827p8P7taU=?=.txt"`, "客户名单.txt"],
    [`attachment; filename="=?GBK?B?zajWqi50eHQ=?="`, "通知.txt"],
    ["attachment; filename*=utf-8''%E5%AE%A2%E6%88%B7.txt", "客户.txt"],
    [`attachment; filename*0*=gb18030''%BF%CD; filename*1*=%BB%A7; filename*2=".txt"`, "客户.txt"],
    ["attachment; filename=a b.txt", "a b.txt"],
    [`attachment; filename="a\\"b.txt"`, 'a"b.txt'],
    ["attachment", "part"],
  ])("%s", async (disposition, name) => {
    const bytes = mail("Content-Type: application/x", `Content-Disposition: ${disposition}`, "", "x");
    expect(Object.keys((await run(eml, memorySource(bytes))).members)).toEqual([name]);
  });
  test("sensitivity labels are told as the properties a document has of them", async () => {
    const label = "MSIP_Label_2096f6a2-d2f7-48be-b329-b73aaa526e5d";
    const { texts } = await run(eml, memorySource(mail(`msip_labels: ${label}_Enabled=true; ${label}_Name=Confidential`, "", "x")));
    expect(texts[1]).toBe("properties-labels [property]: true\tConfidential\n");
  });
  test("what machines tell machines is left out, all else is told", async () => {
    const bytes = mail("DKIM-Signature: b=13800138000", "X-Note: 13800138001", "odd line", "", "x");
    expect((await run(eml, memorySource(bytes))).texts[0]).toBe("header [property]: From: a@b.example\nX-Note: 13800138001\nodd line\n");
  });
});

describe("texts", () => {
  const text = async (lines: readonly string[], body: Uint8Array): Promise<string | undefined> => {
    const bytes = Buffer.concat([mail(...lines, "", ""), body]);
    return (await run(eml, memorySource(bytes))).texts[1]?.replace(/^body \[body\]: /, "").trimEnd();
  };
  const gbk = Buffer.from(encode("客户资金账户明细", "gb18030") ?? []);
  test.each([
    ["declared", ["Content-Type: text/plain; charset=gb2312"], gbk],
    ["not declared", [], gbk],
    ["declared as what any mailer puts", ["Content-Type: text/plain; charset=iso-8859-1"], gbk],
    ["UTF-8 declared as GBK", ["Content-Type: text/plain; charset=gbk"], Buffer.from("客户资金账户明细")],
    [
      "quoted-printable",
      ["Content-Transfer-Encoding: quoted-printable"],
      Buffer.from(
        Buffer.from("客户资金账户明细")
          .toString("hex")
          .toUpperCase()
          .replace(/../g, "=$&")
          .replace(/(.{60})/g, "$1=\r\n"),
      ),
    ],
    [
      "base64 in runs",
      ["Content-Transfer-Encoding: base64"],
      Buffer.from(`${Buffer.from("客户资金").toString("base64")}==\r\n${Buffer.from("账户明细").toString("base64")}`),
    ],
    ["UTF-7", ["Content-Type: text/plain; charset=utf-7"], Buffer.from("+W6JiN41EkdGNJmI3Zg5+xg-")],
    [
      "UTF-16",
      ["Content-Type: text/plain; charset=utf-16le", "Content-Transfer-Encoding: base64"],
      Buffer.from(Buffer.from("客户资金账户明细", "utf16le").toString("base64")),
    ],
  ])("%s", async (_, lines, body) => {
    expect(await text(lines, body)).toBe("客户资金账户明细");
  });
  test.each(["caf\xe9 t\xeate", "it is broken \xf6\xe4\xfc"])("accented letters declared as Latin: %s", async (told) => {
    expect(await text(["Content-Type: text/plain; charset=iso-8859-1"], Buffer.from(told, "latin1"))).toBe(told);
  });
  test("a number that pieces of 64 KiB cut in two stays whole", async () => {
    for (const filler of [65_430, 65_450, 65_530]) {
      const told = await text(
        ["Content-Transfer-Encoding: quoted-printable"],
        Buffer.from(`${"x=\r\n".repeat(filler / 5)}手机号 13800138000 end`),
      );
      expect(told).toContain("手机号 13800138000 end");
    }
  });
  test("uuencoded files in a text are members", async () => {
    const bytes = mail("", "before", "begin 644 名单.txt", "+:&5L;&\\@=V]R;&0", "`", "end", "after");
    const result = await run(eml, memorySource(bytes));
    expect(result.members).toEqual({ "名单.txt": "hello world" });
    expect(result.texts.slice(1)).toEqual(["body [body]: before\n", "body [body]: after\n"]);
  });
  test("what stands outside the parts is read too", async () => {
    const bytes = mail('Content-Type: multipart/mixed; boundary="b"', "", "hidden before", "--b", "", "text", "--b--", "hidden behind");
    expect((await run(eml, memorySource(bytes))).texts.slice(1)).toEqual([
      "outside [hidden]: hidden before\n",
      "body [body]: text\n",
      "outside-2 [hidden]: hidden behind\n",
    ]);
  });
});

describe("odd messages", () => {
  test("a web archive", async () => {
    const bytes = mail(
      'Content-Type: multipart/related; boundary="x"',
      "",
      "--x",
      "Content-Type: text/html",
      "Content-Location: https://bank.example/a/report.html?x=1",
      "",
      "<p>x</p>",
      "--x",
      "Content-Type: text/css",
      "Content-Location: https://bank.example/s.css",
      "",
      "p{}",
      "--x--",
    );
    expect(Object.keys((await run(eml, memorySource(bytes))).members)).toEqual(["report.html", "s.css"]);
  });
  test("no boundary is named, the last part is cut, a line looks like a delimiter", async () => {
    const bytes = mail("Content-Type: multipart/mixed", "", "--q", "", "one", "--qq", "--q", "", "two");
    const result = await run(eml, memorySource(bytes));
    expect(result.texts.slice(1)).toEqual(["body [body]: one\n--qq\n", "body-2 [body]: two\n"]);
    expect(result.failures).toEqual(["corrupt file partial"]);
  });
  test("encrypted parts are told, and their siblings read", async () => {
    const bytes = mail(
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
      "",
      "AAAA",
      "--b",
      "",
      "text",
      "--b--",
    );
    const result = await run(eml, memorySource(bytes));
    expect(result.failures).toEqual(["encrypted file!/smime.p7m whole"]);
    expect(result.texts[1]).toBe("body [body]: text\n");
    expect(result.members).toEqual({});
  });
  test("parts nested without end are told", async () => {
    const levels = Array.from(
      { length: 100_000 },
      (_, index) => `--b${index}\r\nContent-Type: multipart/mixed; boundary=b${index + 1}\r\n\r\n`,
    );
    const bytes = mail("Content-Type: multipart/mixed; boundary=b0", "", levels.join(""));
    const result = await run(eml, memorySource(bytes));
    expect(result.failures).toEqual(["too-deep file partial", "corrupt file partial"]);
  });
  test("equal names are told apart", async () => {
    const part = ["--b", 'Content-Disposition: attachment; filename="a.txt"', "", "x"];
    const bytes = mail("Content-Type: multipart/mixed; boundary=b", "", ...part, ...part, ...part, "--b--");
    expect(Object.keys((await run(eml, memorySource(bytes))).members)).toEqual(["a.txt", "a-2.txt", "a-3.txt"]);
  });
  test.each([
    ["Apple Mail's count before the header", Buffer.concat([Buffer.from("1234\n"), nested]), true],
    ["a letter with a colon", Buffer.from("To: whom it may concern\n\nsome text"), false],
    ["settings", Buffer.from("name: x\nport: 25\n"), false],
  ])("%s", async (_, bytes, is) => {
    expect(await accepted(bytes)).toBe(is);
    if (is) expect(Object.keys((await run(eml, memorySource(bytes))).members).length).toBe(3);
  });
});

test("cut, bent and garbled messages", async () => {
  for (const failures of (await endure(eml, nested, 30)).slice(3)) expect(failures).toEqual(["corrupt file partial"]);
});
