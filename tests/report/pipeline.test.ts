import { expect, test } from "vitest";
import { gitlabCodeQuality } from "../../src/report/gitlabCodeQuality.ts";
import { junit } from "../../src/report/junit.ts";
import { markdown } from "../../src/report/markdown.ts";
import { sarif } from "../../src/report/sarif.ts";
import type { ScanEvent } from "../../src/model/event.ts";
import { cleanEvents, events, header, manyEvents, text, unreadEvents } from "./events.ts";
import { expectGolden } from "./golden.ts";

test.each([
  ["report.zh.sarif", sarif, "zh"],
  ["report.en.sarif", sarif, "en"],
  ["report.zh.junit.xml", junit, "zh"],
  ["report.en.junit.xml", junit, "en"],
  ["report.zh.codequality.json", gitlabCodeQuality, "zh"],
  ["report.en.codequality.json", gitlabCodeQuality, "en"],
  ["report.zh.md", markdown, "zh"],
  ["report.en.md", markdown, "en"],
] as const)("%s", async (name, reporter, locale) => {
  expectGolden(name, await text(reporter, events, { locale }));
});

test("sarif keeps the worst 25,000 and says how many are left out", async () => {
  const run = JSON.parse(await text(sarif, manyEvents(26_000, 2600))).runs[0];
  expect(run.results).toHaveLength(25_000);
  // Of 26,000, a third of the files are suspect only: those are what is left out.
  const levels = run.results.map((result: { level: string }) => result.level);
  expect(levels.filter((level: string) => level === "error")).toHaveLength(17_340);
  expect(levels.indexOf("warning")).toBe(17_340);
  const omitted = run.invocations[0].toolExecutionNotifications.at(-1);
  expect([omitted.descriptor.id, omitted.properties.omitted]).toEqual(["results-omitted", 1000]);
});

const below = (root: string, path: string, platform = "linux-x64"): readonly ScanEvent[] => [
  { type: "scan-start", header: { ...header, roots: [{ path: root, zone: "repository" }], tool: { ...header.tool, platform } } },
  { type: "failure", failure: { stage: "extract", code: "corrupt", path, detail: "", partial: false } },
];

test.each([
  ["docs", "docs/a b.txt", "docs/a%20b.txt", undefined],
  ["./docs", "./docs/a.txt", "docs/a.txt", undefined],
  ["/media/u1", "/media/u1/资料.zip!/名单.xlsx", "%E8%B5%84%E6%96%99.zip!/%E5%90%8D%E5%8D%95.xlsx", "ROOT0"],
  ["/media/u1/", "/media/u1/a#b?c%.txt", "a%23b%3Fc%25.txt", "ROOT0"],
  ["/srv/a.zip", "/srv/a.zip!/b.txt", "a.zip!/b.txt", "ROOT0"],
  ["/srv/a.txt", "/srv/a.txt", "a.txt", "ROOT0"],
  ["../other", "../other/x.txt", "x.txt", "ROOT0"],
  ["/", "/etc/x.txt", "etc/x.txt", "ROOT0"],
  ["x", "x/lone\ud800\\xB5", "x/lone%EF%BF%BD%5CxB5", undefined],
])("sarif writes below %s the path %j as %s", async (root, path, uri, base) => {
  const run = JSON.parse(await text(sarif, below(root, path))).runs[0];
  const artifact = run.invocations[0].toolExecutionNotifications[0].locations[0].physicalLocation.artifactLocation;
  expect([artifact.uri, artifact.uriBaseId]).toEqual([uri, base]);
});

test("on Windows a backslash separates", async () => {
  const issues = JSON.parse(await text(gitlabCodeQuality, below("D:\\资料", "D:\\资料\\甲\\乙.txt", "win32-x64")));
  expect(issues[0].location.path).toBe("甲/乙.txt");
});

test("gitlab issues have one fingerprint each, and a clean scan has none", async () => {
  const twice = [...events.slice(0, 4), ...events.slice(3)];
  const issues: { fingerprint: string }[] = JSON.parse(await text(gitlabCodeQuality, twice));
  expect(new Set(issues.map((issue) => issue.fingerprint)).size).toBe(issues.length);
  expect(await text(gitlabCodeQuality, cleanEvents)).toBe("[]\n");
});

/** Throws where XML 1.0 is not well-formed: tags that do not match, attributes twice or unquoted, bare `<` or `&`, forbidden characters. */
function checkXml(xml: string): void {
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  const open: string[] = [];
  let at = 0;
  for (const match of body.matchAll(/<(\/?)([A-Za-z][\w-]*)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const between = body.slice(at, match.index);
    expect(between).not.toMatch(/<|&(?!(?:amp|lt|gt|quot|#39);)/);
    expect(match[3] ?? "").not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/);
    const names = [...(match[3] ?? "").matchAll(/\s([\w-]+)=/g)].map((name) => name[1]);
    expect(new Set(names).size).toBe(names.length);
    if (match[1] === "/") expect(open.pop()).toBe(match[2]);
    else if (match[4] !== "/") open.push(match[2] ?? "");
    at = match.index + match[0].length;
  }
  expect(body.slice(at).trim()).toBe("");
  expect(open).toEqual([]);
}

test("junit is well-formed wherever the scan stops, and its counts agree", async () => {
  for (let stop = 0; stop <= events.length; stop += 1) {
    const xml = await text(junit, events.slice(0, stop));
    checkXml(xml);
    const head = /<testsuites name="zicha" tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(xml);
    const occurrences = (tag: string): string => String(xml.match(new RegExp(`<${tag}[ >/]`, "g"))?.length ?? 0);
    expect(head?.slice(1)).toEqual(["testcase", "failure", "error", "skipped"].map(occurrences));
    expect(xml.includes('type="interrupted"')).toBe(stop < events.length);
  }
});

test("junit of a clean scan passes", async () => {
  const xml = await text(junit, cleanEvents);
  checkXml(xml);
  expect(xml).toContain('failures="0" errors="0" skipped="0"');
});

test.each([
  ["[x](http://evil.example)", "\\[x\\](http&#58;//evil.example)"],
  ["<img src=x>", "&#60;img src=x&#62;"],
  ["@everyone #1 $a$ www.a.example", "&#64;everyone &#35;1 &#36;a&#36; www&#46;a.example"],
  ["a|b`c*d_e~f!", "a\\|b\\`c\\*d\\_e\\~f\\!"],
])("markdown shows the name %j as it is", async (name, shown) => {
  expect(await text(markdown, below("x", `x/${name}`))).toContain(`- [ ] x/${shown} ·`);
});

test("markdown fits a comment", async () => {
  const long = await text(markdown, manyEvents(20_000, 4000));
  expect(long.length).toBeLessThan(65_536);
  expect(long).toMatch(/以上列出 [\d,]+ 处，其余 [\d,]+ 处见其他报告/);
  expect(await text(markdown, unreadEvents)).toContain("### 未检 1");
});
