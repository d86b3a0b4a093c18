import type { Both } from "./words.ts";

const measures: Readonly<Record<string, Both>> = {
  "state-secret": {
    zh: "保持原状，隔离设备或介质，24 小时内报告；按有权机关的要求处置",
    en: "leave as it is, isolate the computer or medium, report within 24 hours; then as the authority says",
  },
  "work-secret": {
    zh: "移至内网规定位置，清除本机副本，核查来源",
    en: "move to the place on the intranet meant for it, clear the copy, find where it came from",
  },
  "core-commercial-secret": {
    zh: "移至规定位置并加密，清除本机副本，核查知悉范围",
    en: "move to its place, encrypted; clear the copy; check who has seen it",
  },
  "commercial-secret": { zh: "移至规定位置，清除本机副本", en: "move to its place, clear the copy" },
  C3: {
    zh: "删除明文，立即更换口令或换卡，改用密码管理工具",
    en: "delete the clear text, change the password or card at once, use a password manager",
  },
  C2: {
    zh: "移至客户信息规定的存放位置或加密；工作结束的清除；确需保留的说明理由",
    en: "move to where customer data belongs or encrypt; clear it when the job is done; justify what must stay",
  },
  "C2-bulk": {
    zh: "移至客户信息规定的存放位置并加密，清除本机副本；核查来源与知悉范围，超范围的按规定报告",
    en: "move to where customer data belongs, encrypted; clear the copy; check where it came from and who has seen it, and report what must be",
  },
  C1: { zh: "核对是否需要存放于此", en: "check that it needs to be here" },
  contact: { zh: "核对是否需要存放于此", en: "check that it needs to be here" },
};

/** What is usually done about a class; a proposal for the rectification list, which a person fills in. */
export function measureFor(dataClass: string): Both {
  return measures[dataClass] ?? { zh: "核实后处置", en: "check and deal with it" };
}
