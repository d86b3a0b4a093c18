/** Writes rows of equal length as a Markdown table. */
export function table(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, at) => Math.max(...all.map((row) => width(row[at]))));
  const line = (row) => `| ${row.map((cell, at) => cell + " ".repeat(widths[at] - width(cell))).join(" | ")} |\n`;
  process.stdout.write(
    line(all[0]) + `|${widths.map((size) => "-".repeat(size + 2)).join("|")}|\n` + all.slice(1).map(line).join("") + "\n",
  );
}

function width(text) {
  return [...text].reduce((sum, character) => sum + (character > "\u2e7f" ? 2 : 1), 0);
}
