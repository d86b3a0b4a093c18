import type { Table } from "../../../src/model/chunk.ts";
import { numbers } from "./documents.ts";

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

function residentId(next: (below: number) => number): string {
  const place = ["110101", "310101", "440308", "320106", "610113"][next(5)] ?? "";
  const birth = `19${60 + next(40)}${String(1 + next(12)).padStart(2, "0")}${String(1 + next(28)).padStart(2, "0")}`;
  const body = place + birth + String(next(1000)).padStart(3, "0");
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return body + ("10X98765432"[sum % 11] ?? "");
}

function card(next: (below: number) => number): string {
  const body = ["622202", "621700", "622848", "621226"][next(4)] + String(next(1_000_000_000)).padStart(9, "0");
  let sum = 0;
  for (let at = 0; at < body.length; at++) {
    const digit = Number(body[body.length - 1 - at]) * (at % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return body + String((10 - (sum % 10)) % 10);
}

/** Cells as people leave them: right ones mostly, and in one of ten something else. */
export function cells(next: (below: number) => number): readonly string[] {
  const odd = (right: string, ...others: readonly string[]): string => (next(10) > 0 ? right : (others[next(others.length)] ?? ""));
  const digits = String(next(100_000_000)).padStart(8, "0");
  const id = residentId(next);
  return [
    odd(["王建国", "欧阳文静", "李娜", "张伟强"][next(4)] ?? "", "", "合计", "王 芳", "客户名称", "买买提·艾力", '"赵六"'),
    odd(
      id,
      "",
      id.slice(0, 17),
      `${id.slice(0, 17)}0`,
      `${id.slice(0, 6)} ${id.slice(6, 14)} ${id.slice(14)}`,
      residentId(next) + "1",
      `"${id}"`,
      `'${id}`,
      `${id}、${residentId(next)}`,
    ),
    odd(
      `138${digits}`,
      "",
      `86138${digits}`,
      `138 ${digits.slice(0, 4)} ${digits.slice(4)}`,
      `021-${digits}`,
      `138${digits}、139${digits}`,
      `订单编号${digits}`,
      "13800138000",
    ),
    odd(card(next), "", card(next).slice(1), "6222 0210 0111 6245 702", residentId(next), `91350100M000100Y43`, "4111111111111111"),
    odd(
      `浙江省杭州市西湖区文三路${next(900) + 1}号3幢2单元501室`,
      "",
      "地址不详",
      `浙江省杭州市西湖区文三路${next(90)}号3幢501室，另一处：江苏省南京市鼓楼区中山路9号2幢101室`,
      "https://x.cn/a?card=6222021001116245702",
    ),
    odd(`a${digits}@163.com`, "", "service@bank.com.cn", "x@example.com", `a${digits}@163.com;b${digits}@qq.com`),
    odd("", residentId(next), `密码：Ab${digits}x!`, "机密★10年", "91350100M000100Y43", "备注：联系人张伟 13900139000"),
  ];
}

/** Heads whose names are strong, weak, and of other rules. */
export const HEADS: readonly string[] = [
  "姓名,身份证号,手机号,卡号,地址,邮箱,备注",
  "客户,证件,电话,账号,住址,邮箱,说明",
  "担保人姓名,担保人身份证号,手机号码,银行卡号,地址,E-mail,身份证号",
];

/** A table of such rows. */
export function list(head: string, rows: number, seed: number): { readonly text: string; readonly table: Table } {
  const next = numbers(seed);
  const lines = [head];
  for (let row = 0; row < rows; row++) lines.push(cells(next).join(","));
  return { text: lines.join("\n"), table: { id: "t", separator: ",", row: 1, head: lines.slice(0, 15).map((line) => line.split(",")) } };
}
