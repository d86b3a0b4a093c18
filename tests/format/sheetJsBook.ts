import { utils, write } from "xlsx";
import type { BookType } from "xlsx";

/** A workbook with a hidden sheet, a comment, a link, a name, written in a format of SheetJS. */
export function bookAs(bookType: BookType | "biff3" | "biff4"): Uint8Array {
  const book = utils.book_new();
  const shown = utils.aoa_to_sheet([
    ["姓名", "证件号", "卡号"],
    ["张三", "110101199003078670", 622_848_040_212_345_600],
    ["李四", true, 0.1],
  ]);
  const cell = shown["A2"] as { c?: unknown; l?: unknown };
  cell.c = [{ a: "审阅", t: "批注★机密10年" }];
  cell.l = { Target: "http://example.cn/链接", Tooltip: "提示" };
  utils.book_append_sheet(book, shown, "客户");
  utils.book_append_sheet(book, utils.aoa_to_sheet([["藏", 1]]), "藏表");
  book.Workbook = { Sheets: [{ Hidden: 0 }, { Hidden: 2 }], Names: [{ Name: "密级", Ref: "客户!$A$1" }] };
  book.Props = { Title: "标题", Author: "作者" };
  return new Uint8Array(write(book, { type: "array", bookType: bookType as BookType, bookSST: true }) as ArrayBuffer);
}
