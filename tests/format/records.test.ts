import { describe, expect, it } from "vitest";
import type { Chunk } from "../../src/model/chunk.ts";
import { mayHoldRecords, recordChunks } from "../../src/format/shared/records.ts";

interface Read {
  readonly flow: string;
  readonly head?: readonly (readonly string[])[];
  readonly text: string;
}

function read(text: string): { readonly chunks: readonly Chunk[]; readonly read: readonly Read[] } {
  const chunks = [...recordChunks(text)];
  return {
    chunks,
    read: chunks.map(({ flow, table, content }) => ({
      flow,
      ...(table === undefined ? {} : { head: table.head.slice(0, table.row - 1) }),
      text: content.kind === "utf8" ? Buffer.from(content.bytes).toString() : "",
    })),
  };
}

describe("records in a text", () => {
  it("are objects of a JSON list, whatever stands round it", () => {
    const text = '{"code":0,"data":{"list":[{"姓名":"甲\\u4e59","n":1},{"姓名":"丙\\t丁","n":null}],"tags":["a","b"]}}';
    expect(read(text).read).toEqual([
      { flow: "records1", head: [["姓名", "n"]], text: "甲乙\t1\n丙 丁\t\n" },
      { flow: "records2", head: [["code", "tags", "tags"]], text: "0\ta\tb\n" },
    ]);
  });

  it("stand where they stand in the text, escapes before them counted", () => {
    const text = '[{"name":"a","body":"{\\"姓名\\":\\"甲\\"}"},{"name":"b","body":"\\u4e59丙"}]';
    const [chunk] = read(text).chunks;
    const place = (of: string): number => {
      const { content } = chunk ?? {};
      const bytes = content?.kind === "utf8" ? content.bytes : Buffer.alloc(0);
      const location = content?.kind === "utf8" ? content.locate(Buffer.from(bytes).indexOf(of)) : undefined;
      return location?.kind === "line" ? location.column - 1 : -1;
    };
    expect(text.slice(place("甲"), place("甲") + 1)).toBe("甲");
    expect(text.slice(place("丙"), place("丙") + 1)).toBe("丙");
  });

  it("are lists in a list, named by the list before them", () => {
    expect(read('{"columns":["姓名","卡号"],"rows":[["甲","1"],["乙","2"]],"md5":"x"}').read).toEqual([
      { flow: "records1", head: [["姓名", "卡号"]], text: "甲\t1\n乙\t2\n" },
      { flow: "records2", head: [["columns", "columns", "md5"]], text: "姓名\t卡号\tx\n" },
    ]);
    expect(mayHoldRecords('[["姓名","卡号"],', true)).toBe(true);
    expect(read('[["姓名","卡号"],["甲","1"],["乙","2"]]').read).toEqual([
      { flow: "records1", head: [["姓名", "卡号"]], text: "甲\t1\n乙\t2\n" },
      { flow: "records2", head: [["", ""]], text: "姓名\t卡号\n" },
    ]);
  });

  it("are the lines of JSON lines, with objects in objects as cells of their row", () => {
    expect(read('{"a":{"b":"x"},"c":2}\n{"a":{"b":"y"},"c":3}\n').read).toEqual([
      { flow: "records1", head: [["b", "c"]], text: "x\t2\ny\t3\n" },
    ]);
  });

  it("keep a key that may itself be a value", () => {
    expect(read('[{"13682645189":{"x":1}},{"15921877043":{"x":2}}]').read).toEqual([
      { flow: "records1", head: [["", "x"]], text: "13682645189\t1\n15921877043\t2\n" },
    ]);
  });

  it("are tuples of INSERT, named by it or by CREATE TABLE with its comments; the rest stays text", () => {
    const text =
      "-- 导出\nCREATE TABLE `c` (`id` int, `f1` varchar(9) COMMENT '姓名', PRIMARY KEY (`id`));\n" +
      "INSERT INTO `c` VALUES (1,'甲''乙'),(2,NULL);\nINSERT INTO d (x, y) VALUES (N'(a,b)', now());\nINSERT INTO `c` VALUES (3,'丙');\n";
    expect(read(text).read).toEqual([
      {
        flow: "body",
        text: `${text.slice(0, text.indexOf("(1,"))};\nINSERT INTO d (x, y) VALUES ;\nINSERT INTO \`c\` VALUES ;\n`,
      },
      {
        flow: "records1",
        head: [
          ["id", "f1"],
          ["", "姓名"],
        ],
        text: "1\t甲'乙\n2\t\n3\t丙\n",
      },
      { flow: "records2", head: [["x", "y"]], text: "(a,b)\tnow()\n" },
    ]);
  });

  it("are the lines of COPY", () => {
    expect(read("COPY public.c (id, xm) FROM stdin;\n1\t甲\n2\t\\N\n\\.\nSELECT 1;\n").read).toEqual([
      { flow: "body", text: "COPY public.c (id, xm) FROM stdin;\n\n\\.\nSELECT 1;\n" },
      { flow: "records1", head: [["id", "xm"]], text: "1\t甲\n2\t\n" },
    ]);
  });

  it("are found again at line and column of the text", () => {
    const { chunks } = read('[{"n":"甲","t":"13682645189"},\n {"n":"乙","t":"x 15921877043"}]');
    const content = chunks[0]?.content;
    if (content?.kind !== "utf8") throw new Error("rows are text at hand");
    const at = (value: string): unknown => content.locate(Buffer.from(content.bytes).indexOf(value));
    expect(at("13682645189")).toEqual({ kind: "line", line: 1, column: 16 });
    expect(at("15921877043")).toEqual({ kind: "line", line: 2, column: 18 });
  });

  it.each([
    ["broken JSON", '[{"a":1},{"a":2'],
    ["JSON with a comment", '[{"a":1}, // x\n{"a":2}]'],
    ["nesting without end", `${'[{"a":'.repeat(300)}1${"}]".repeat(300)}`],
    ["SQL without rows", "CREATE TABLE c (id int);\nSELECT 1;"],
    ["an INSERT whose quote never closes", "INSERT INTO c VALUES (1,'x"],
    [
      "settings with a hundred shapes",
      JSON.stringify(Array.from({ length: 100 }, (_, index) => ({ [`k${String.fromCharCode(97 + (index % 26))}${index}`]: 1 }))),
    ],
  ])("are none in %s", (_what, text) => {
    expect(read(text).read).toEqual([]);
  });

  it("are looked for only where the begin shows them", () => {
    expect(mayHoldRecords('{"name":"x","version":"1"}', true)).toBe(false);
    expect(mayHoldRecords('{"name":"王","id":"1"}', true)).toBe(true);
    expect(mayHoldRecords('[{"a":1},{"a":2}]', true)).toBe(true);
    expect(mayHoldRecords("insert into t values (1)", true)).toBe(true);
    expect(mayHoldRecords("a letter, nothing more", true)).toBe(false);
  });
});
