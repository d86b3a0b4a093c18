import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { spreadsheetMl } from "../../src/format/spreadsheetMl.ts";
import { checkChunks, run } from "./support.ts";

const workbook = `<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<DocumentProperties xmlns="urn:schemas-microsoft-com:office:office"><Title>标题★</Title><Author>作者</Author></DocumentProperties>
<CustomDocumentProperties xmlns="urn:schemas-microsoft-com:office:office"><密级 dt:dt="string">机密</密级></CustomDocumentProperties>
<Names><NamedRange ss:Name="密" ss:RefersTo="=客户!R1C1"/></Names>
<Worksheet ss:Name="客户"><Table><Column ss:Index="2"/>
<Row><Cell><Data ss:Type="String">姓名</Data></Cell><Cell ss:MergeAcross="1"><Data ss:Type="String">证件</Data></Cell><Cell><ss:Data ss:Type="String"><B>机</B><Font>密</Font></ss:Data></Cell></Row>
<Row ss:Index="4" ss:Hidden="1"><Cell ss:Index="2" ss:Formula="=&quot;公式&quot;"><Data ss:Type="Number">110101199003078670</Data></Cell></Row>
<Row><Cell ss:HRef="http://x.cn/"><Data ss:Type="String">链</Data><Comment ss:Author="审"><ss:Data><B>批注★</B></ss:Data></Comment></Cell></Row>
</Table><WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><PageSetup><Header x:Data="&amp;C机密&amp;P"/><Footer x:Data="脚"/></PageSetup></WorksheetOptions>
<DataValidation xmlns="urn:schemas-microsoft-com:office:excel"><Range>R1C1</Range><Value>&quot;甲,乙&quot;</Value><InputTitle>题</InputTitle><ErrorMessage>错</ErrorMessage></DataValidation></Worksheet>
<Worksheet ss:Name="藏"><Table><Row><Cell><Data ss:Type="String">深</Data></Cell></Row></Table><WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetVeryHidden</Visible></WorksheetOptions></Worksheet>
</Workbook>`;

const texts: readonly string[] = [
  "sheet1 [body]: 姓名\t证件\t\t机密\n链\n",
  'sheet1-field [body field]: ="公式"\n',
  "sheet1-hidden [body hidden]: \t110101199003078670\n",
  "sheet1-link [body link]: http://x.cn/\n",
  "sheet1-comment [body comment]: 审\n批注★\n",
  "sheet1-header [header]: 机密\n",
  "sheet1-footer [footer]: 脚\n",
  'sheet1-form [body form]: "甲,乙"\n题\n错\n',
  "sheet2 [body hidden]: 深\n",
  "names [bookmark]: 密: =客户!R1C1\n客户\n藏\n",
  "properties-document [property]: 标题★\t作者\t机密\n",
];

describe("SpreadsheetML", () => {
  test.each([
    ["UTF-8", Buffer.from(workbook)],
    ["UTF-16", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(workbook, "utf16le")])],
  ])("all of a workbook in %s", async (_, bytes) => {
    expect(await spreadsheetMl.accepts(await createProbe("x.xls", memorySource(bytes)))).toBe(true);
    const result = await run(spreadsheetMl, memorySource(bytes));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts.toSorted()).toEqual(texts.toSorted());
    const hidden = result.chunks.find(({ flow }) => flow === "sheet1-hidden");
    expect(hidden?.content.kind === "utf8" && hidden.content.locate(2)).toEqual({ kind: "cell", sheet: "客户", row: 4, column: 2 });
  });
  test("another kind of XML is not one", async () => {
    const bytes = Buffer.from('<?xml version="1.0"?><w:wordDocument xmlns:w="urn:x"/>');
    expect(await spreadsheetMl.accepts(await createProbe("x.xls", memorySource(bytes)))).toBe(false);
  });
  test("cut at every tenth: told, never thrown; 200 flipped bits", async () => {
    const whole = Buffer.from(workbook);
    for (let tenth = 1; tenth < 10; tenth++) {
      const result = await run(spreadsheetMl, memorySource(whole.subarray(0, Math.floor((whole.length * tenth) / 10))));
      checkChunks(result);
      expect(result.failures).toEqual(["corrupt file partial"]);
      if (tenth > 6) expect(result.texts.join("")).toContain("姓名\t证件");
    }
    let seed = 9;
    for (let round = 0; round < 200; round++) {
      const flipped = Buffer.from(whole);
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const at = (seed >>> 3) % flipped.length;
      flipped[at] = (flipped[at] ?? 0) ^ (1 << ((seed >>> 20) % 8));
      checkChunks(await run(spreadsheetMl, memorySource(flipped)));
    }
  });
  test("absurd places and depth", async () => {
    const deep = `${"<Row ss:Index='99999999'><Cell ss:Index='16384'>".repeat(20_000)}<Data>1</Data>`;
    const result = await run(
      spreadsheetMl,
      memorySource(Buffer.from(`<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>${deep}`)),
    );
    checkChunks(result);
    expect(result.texts.join("").includes("1\n")).toBe(true);
  });
});
