import type { Json } from "../../model/json.ts";
import type { Tables, Validator } from "../../model/rule.ts";

/** Ends of names of organisations and places of work, and of what is counted or numbered. */
const ORGANISATION =
  /(?:[码号址额率价卡族证折笔]|公司|银行|支行|分行|集团|中心|委员会|协会|学校|大学|学院|医院|政府|部门|局|厂|店|部|科|处|室|组|队|社|所|院|会)$/;
/** Words that begin with a surname and are none: after a label they are another label or a blank to fill. */
/** Surnames so rare that a word which begins with one is none. */
const RARELY_NAMES = /^[列占生字所相校户后卡表信名是不没正]/;
const STOP: ReadonlySet<string> = new Set(
  (
    "高度 任何 方面 于是 许可 时间 金额 单位 公章 盖章 签字 签章 安全 单价 数量 年龄 年龄段 年月 时代 成员 成功 成立 常用 常见 程序 符号 " +
    "高级 管理 管理员 广告 国家 国籍 何时 和平 华人 黄金 计划 计算 江苏 江西 解释 经理 康复 空白 孔子 雷达 连接 连续 路线 马上 毛利 明细 " +
    "莫名 牛奶 农业 平安 平均 平台 强制 权限 权利 全部 全国 任务 容易 尚未 申请 申请人 沈阳 施工 石油 双方 水平 司机 司法 宋体 苏州 孙子 " +
    "谈判 唐朝 陶瓷 田径 万元 汪洋 王国 危险 温度 文件 文化 文字 文本 文档 乌鲁木齐 武汉 习惯 项目 向上 萧条 谢谢 信息 信用 熊猫 徐州 " +
    "许多 严格 严重 杨树 要求 叶子 应当 应急 应用 由于 有关 有效 于今 余额 原因 元旦 云南 曾经 查询 翟 张贴 章节 章程 赵国 郑州 支付 钟表 " +
    "周末 周边 周期 朱红 祝贺 庄严 卓越 宗旨 邹 祖国 左右 本人 不详 不明 未知 无名 姓名 名称 经办 经办人 法人 备用 必填 任意 全称 简称 同上 " +
    "别名 曾用名 金融 金库 安装 白色 边界 车辆 陈述 成本 单独 党员 邓小平理论 丁类 董事 董事长 杜绝 范围 房屋 费用 封面 冯 傅 高中 顾客 关于 " +
    "关系 郭 海关 韩国 贺卡 洪水 侯 胡乱 黄色 季度 贾 简单 江河 姜 金色 柯 孔 赖 蓝色 乐观 雷电 黎明 李子 梁 林业 凌晨 刘海 龙头 卢 鲁 陆地 " +
    "罗列 吕 马路 麦 毛巾 孟 米 苗 闵 倪 聂 宁夏 欧洲 潘 庞 裴 彭 蒲 齐全 钱包 秦 邱 任职 阮 商品 邵 沈 盛 史料 舒 苏 孙 谭 汤 唐 陶 滕 田地 童年 " +
    "涂改 汪 王 韦 卫生 魏 温 翁 吴 伍 武器 席位 夏天 向 项 肖像 谢 辛 邢 熊 徐 许 薛 严 颜色 杨 姚 叶 殷 尹 应 尤其 于 余 俞 袁 岳 云 曾 詹 张 名下 合计 小计 总计 共计 累计 单笔 单次 单据 原卡 向其 关联 关注 解冻 " +
    "冻结 储户 储蓄 商户 应收 应付 尚欠 尚余 连同 时任 查到 查得 经查 从卡 和卡 向卡 支取 支出 付至 付给 汇入 汇至 相关 常住 计入 计费 计收 万余 余款 车主 车牌 " +
    "金卡 白金 白金卡 温馨 關於 關係 關鍵 關閉 關注 關聯 龍頭 馬上 黃色 黃金 蘇州 藍色 莊嚴 嚴格 嚴重 許可 許多 陸地 陸續 簡單 簡稱 簡介 榮譽 項目 顏色 費用 賀卡 儲蓄 儲戶 儲值 溫度 溫馨 寧願 齊全 畢業 方便 方才 何必 何处 别的 都是 那个 那张 满足 明天 时至 全行 全年 全额 全省 全市 平时 强烈 解除 解约 易于 东西 司法局 司法所 经由 鲜有"
  )
    .split(" ")
    .filter((word) => word.length > 1),
);

/** Surnames of the table in traditional characters, without those that begin common words (時, 萬, 應). */
const TRADITIONAL: ReadonlySet<string> = new Set([
  ..."陳劉張黃吳趙孫馬羅鄭謝韓馮鄧許蘇盧蔣葉閻鍾譚範陸韋賈鄒龍錢湯賴顏莊龔溫嚴顧聶齊項歐魯陽鄔饒駱婁藍閔諸關繆黨呂寧習諶厲鄺閆鞏紀費賀簡儲榮畢竇晉龐聞鮑蓋楊塗",
  ..."歐陽 司馬 諸葛 東方 聞人 軒轅 令狐 司徒".split(" "),
]);

/**
 * The shape of a Chinese person's name: a surname of the table `surnames` and one or two characters, a compound surname and one or two, or
 * parts joined by `·`. Names of columns, organisations and common words that begin with a surname are none.
 *
 * A shape only: without a label or a typed column two of ten such words are names.
 */
export const personName: Validator = {
  id: "person-name",
  reference: "GB/T 2261",
  check(value, tables) {
    const name = isHan(value) ? value : value.replace(/\s/g, "");
    if (!isHan(name))
      return /^[\u3400-\u9fff]{1,10}(?:[·•][\u3400-\u9fff]{1,10}){1,3}$/.test(name) && name.length <= 20 ? "valid" : "invalid";
    if (name.length < 2 || name.length > 4 || STOP.has(name) || ORGANISATION.test(name) || RARELY_NAMES.test(name)) return "invalid";
    if (tables.derive("column-words", () => columnWords(tables)).has(name)) return "invalid";
    const surnames = tables.derive("surnames-of-one", () => surnamesOf(tables));
    if (surnames === undefined) return "unknown";
    const given =
      name.length > 2 && surnames.compound.has(name.slice(0, 2))
        ? name.length - 2
        : surnames.single[name.charCodeAt(0) - FIRST_HAN] === 1
          ? name.length - 1
          : 0;
    return given === 1 || given === 2 ? "valid" : "invalid";
  },
};

/** Chinese characters of the basic block and of its first extension. */
const FIRST_HAN = 0x3400;
const LAST_HAN = 0x9fff;

/** Whether there is nothing but Chinese characters. */
function isHan(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < FIRST_HAN || code > LAST_HAN) return false;
  }
  return text !== "";
}

interface Surnames {
  /** By character less `FIRST_HAN`, 1 for a surname. */
  readonly single: Uint8Array;
  readonly compound: ReadonlySet<string>;
}

/** Surnames of the table and in traditional characters; undefined without a table. */
function surnamesOf(tables: Tables): Surnames | undefined {
  const simplified = tables.set("surnames");
  if (simplified.size === 0) return undefined;
  const all = [...simplified, ...TRADITIONAL];
  const single = new Uint8Array(LAST_HAN - FIRST_HAN + 1);
  for (const word of all) if (word.length === 1) single[word.charCodeAt(0) - FIRST_HAN] = 1;
  return { single, compound: new Set(all.filter((word) => word.length > 1)) };
}

/** Chinese names of columns: in a form the next label often stands where a name would. */
function columnWords(tables: Tables): ReadonlySet<string> {
  const words = new Set<string>();
  const visit = (value: Json | undefined): void => {
    if (typeof value === "string") words.add(value);
    else if (Array.isArray(value)) (value as readonly Json[]).forEach(visit);
    else if (value !== null && typeof value === "object") Object.values(value).forEach(visit);
  };
  visit(tables.json("headers"));
  return words;
}
