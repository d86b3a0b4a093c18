import type { Random } from "./random.ts";
import type { ValueKind } from "./values.ts";

const levels = ["绝密", "机密", "秘密"];

function period(random: Random): string {
  const years = random.int(1, 10);
  return random.pick([
    `${years}年`,
    `${years}年`,
    "长期",
    `${random.int(2, 11)}个月`,
    `20${random.int(27, 35)}年${random.int(1, 12)}月${random.int(1, 28)}日`,
    "公布前",
    "会议开始前",
  ]);
}

function star(random: Random): string {
  return random.pick(["★", "★", "★", "★", "☆", "＊", "⭐"]);
}

function full(text: string): string {
  return text.replace(/[0-9]/g, (digit) => String.fromCodePoint((digit.codePointAt(0) ?? 0) + 0xfee0));
}

/** Marks as they stand on documents: GB/T 9704-2012 and the secrecy law's own form, with how people really type them. */
export const marks: Readonly<Record<string, ValueKind>> = {
  mark: {
    infoTypes: ["STATE_SECRET_MARK"],
    make(random) {
      const plain = random.pick(levels) + star(random) + period(random);
      return random.pick([plain, plain, plain, [...plain].join(" "), full(plain)]);
    },
  },
  level: { infoTypes: ["STATE_SECRET_MARK"], make: (random) => random.pick(levels) },
  internal: {
    infoTypes: ["INTERNAL_MARK"],
    make: (random) => random.pick(["内部资料 注意保管", "内部文件 不得外传", "内部使用", "仅供内部参考", "工作秘密"]),
  },
  commercial: {
    infoTypes: ["COMMERCIAL_SECRET_MARK"],
    make: (random) => random.pick(["核心商密▲5年", "普通商密▲3年", "商业秘密▲10年", "核心商密★长期"]),
  },
  government: {
    infoTypes: ["FOREIGN_MARK"],
    make: (random) =>
      random.pick(["TOP SECRET//SI//NOFORN", "SECRET//REL TO USA, FVEY", "NATO CONFIDENTIAL", "OFFICIAL-SENSITIVE", "CUI//SP-PRVCY"]),
  },
  corporate: {
    infoTypes: ["CORPORATE_MARK"],
    make: (random) =>
      random.pick(["Strictly Confidential", "Company Confidential", "Internal Use Only", "Proprietary and Confidential", "TLP:AMBER"]),
  },
};
