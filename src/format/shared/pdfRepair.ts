/** 64 MiB: repairing holds the file three times. */
const largestRepair = 64 * 1024 * 1024;
/** 200,000 objects; the file of 1,307 pages has 4,000. */
const mostObjects = 200_000;
/** What kind an object is stands at its begin. */
const kindWithin = 4096;

/**
 * A file whose end is missing has no trailer, and often no catalogue and page tree: engines then find nothing in it. Gives a copy with a new
 * end that leads to all pages that are there, and with the objects of object streams laid out; undefined when there is no page.
 */
export function repairPdf(data: Buffer, objectStreams: readonly Buffer[]): Buffer | undefined {
  if (data.length > largestRepair) return undefined;
  const laidOut = objectStreams.map(layOut).join("");
  const whole = Buffer.concat([data, Buffer.from(`\nendstream\nendobj\n${laidOut}`, "latin1")]);
  const text = whole.toString("latin1");
  let catalogue: { readonly number: number; readonly pages: number } | undefined;
  const trees = new Set<number>();
  const pages = new Set<number>();
  let highest = 0;
  let seen = 0;
  for (const match of text.matchAll(/(?<!\d)(\d{1,8})\s{1,4}\d{1,5}\s{1,4}obj\b/gu)) {
    seen += 1;
    if (seen > mostObjects) break;
    const number = Number(match[1]);
    const from = match.index + match[0].length;
    const head = /^[\s\S]*?(?=endobj|stream|$)/u.exec(text.slice(from, from + kindWithin))?.[0] ?? "";
    highest = Math.max(highest, number);
    if (/\/Type\s*\/Catalog\b/u.test(head)) {
      const tree = /\/Pages\s+(\d{1,8})\s+\d+\s+R/u.exec(head)?.[1];
      if (tree !== undefined) catalogue = { number, pages: Number(tree) };
    } else if (/\/Type\s*\/Pages\b/u.test(head)) trees.add(number);
    else if (/\/Type\s*\/Page\b/u.test(head)) pages.add(number);
  }
  if (catalogue !== undefined && trees.has(catalogue.pages)) return withEnd(whole, "", catalogue.number, highest);
  if (pages.size === 0) return undefined;
  const kids = [...pages].map((page) => `${page} 0 R`).join(" ");
  const tree = `${highest + 1} 0 obj\n<< /Type /Pages /Count ${pages.size} /Kids [${kids}] >>\nendobj\n`;
  const root = `${highest + 2} 0 obj\n<< /Type /Catalog /Pages ${highest + 1} 0 R >>\nendobj\n`;
  return withEnd(whole, tree + root, highest + 2, highest + 2);
}

function withEnd(whole: Buffer, objects: string, root: number, highest: number): Buffer {
  const end = `${objects}trailer\n<< /Root ${root} 0 R /Size ${highest + 1} >>\nstartxref\n0\n%%EOF\n`;
  return Buffer.concat([whole, Buffer.from(end, "latin1")]);
}

/** The objects of an object stream as a file without one would hold them (ISO 32000-2, 7.5.7). */
function layOut(stream: Buffer): string {
  const text = stream.toString("latin1");
  const head = /^\s*\d+\s+\d+(?:\s+\d+\s+\d+)*\s*/u.exec(text)?.[0] ?? "";
  const numbers = head.trim().split(/\s+/u).map(Number);
  const objects: string[] = [];
  for (let index = 0; index + 1 < numbers.length; index += 2) {
    const from = head.length + (numbers[index + 1] ?? 0);
    const to = head.length + (numbers[index + 3] ?? text.length);
    objects.push(`${numbers[index]} 0 obj\n${text.slice(from, to)}\nendobj\n`);
  }
  return objects.join("");
}
