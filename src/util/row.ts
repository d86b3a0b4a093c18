/** A cell of a row with its place in the row's text, quotes included. */
export interface RowCell {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts a row at `separator`; for any separator but a tab a cell may stand in double quotes, inside which the separator counts as text and
 * `""` as one quote (RFC 4180). An unclosed quote runs to the row's end.
 */
export function splitRow(row: string, separator: string): readonly RowCell[] {
  const cells: RowCell[] = [];
  const quoting = separator !== "\t";
  let start = 0;
  while (start <= row.length) {
    let from = start;
    const quoted = quoting && row.charCodeAt(start) === 34;
    if (quoted) from = closingQuote(row, start);
    const next = row.indexOf(separator, from);
    const end = next < 0 ? row.length : next;
    const text = row.slice(start, end);
    cells.push({
      text: quoted
        ? text
            .slice(1)
            .replace(/"[^"]*$/, "")
            .replaceAll('""', '"')
        : text,
      start,
      end,
    });
    start = end + separator.length;
  }
  return cells;
}

function closingQuote(row: string, open: number): number {
  for (let at = open + 1; ;) {
    const quote = row.indexOf('"', at);
    if (quote < 0) return row.length;
    if (row.charCodeAt(quote + 1) !== 34) return quote + 1;
    at = quote + 2;
  }
}
