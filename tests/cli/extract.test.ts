import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { zipOf } from "../format/zipWriter.ts";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-extract-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function extract(args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const run = spawnSync(process.execPath, [bin, "extract", ...args], {
    cwd: scratch,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LANG: "en_US.UTF-8", XDG_STATE_HOME: join(scratch, "state") },
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

const said = "this is the file's content, unmasked\n";

/** A heading, a table, and a picture that lies outside, where `target` says. */
function document(target: string): Buffer {
  const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  return zipOf([
    {
      name: "[Content_Types].xml",
      data: `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    },
    {
      name: "_rels/.rels",
      data: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${rel}/officeDocument" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: "word/_rels/document.xml.rels",
      data: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="p1" Type="${rel}/image" Target="${target}" TargetMode="External"/></Relationships>`,
    },
    {
      name: "word/document.xml",
      data: `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="${rel}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><w:body><w:p><w:r><w:t>标题</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>姓名</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="p" descr="图"/><a:graphic><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip r:link="p1"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p></w:body></w:document>`,
    },
  ]);
}

describe("extract", () => {
  it("gives text as it stands there, not as rules see it", () => {
    writeFileSync(join(scratch, "note.html"), "<p>证件号：１１０１０１（样例）2019–2020 Ⅳ级 co\u00adop</p>");
    const { stdout } = extract(["note.html", "--json"]);
    const texts = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { text?: string });
    expect(texts.map(({ text }) => text ?? "").join("")).toContain("证件号：１１０１０１（样例）2019–2020 Ⅳ级 co\u00adop");
  });

  it("gives a document's structure as HTML, and no file of this machine", () => {
    const secret = join(scratch, "secret.png");
    writeFileSync(secret, "not to be read");
    writeFileSync(join(scratch, "a.docx"), document(pathToFileURL(secret).href));
    writeFileSync(join(scratch, "b.docx"), document(secret));
    const html = `<p>标题</p><table><tr><td><p>姓名</p></td></tr></table><p><img alt="图" src="" /></p>`;
    for (const name of ["a.docx", "b.docx"]) {
      expect(extract([name, "--html"])).toEqual({ code: 0, stdout: html, stderr: said });
    }
  });
  it("says so where a file has no such structure", () => {
    writeFileSync(join(scratch, "note.txt"), "一\n");
    expect(extract(["note.txt", "--html"])).toEqual({
      code: 2,
      stdout: "",
      stderr: `${said}zicha: --html is for docx files that can be read\n`,
    });
  });
});
