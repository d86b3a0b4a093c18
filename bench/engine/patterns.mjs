import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { parse } = createRequire(import.meta.url)("yaml");
/** Expressions are written with it wherever a backslash stands in them. */
const raw = String.raw;

/** Between a label and a value of ASCII: up to four full-width signs, or twelve of ASCII. As bytes: a small part of what characters make of the automaton. */
const gap = raw`(?-u:[^0-9A-Za-z\n]){0,12}`;
/** The rest of a line, or any part of it. */
const some = raw`(?-u:[^\n])*`;
/** Bytes of Chinese and of full-width signs. */
const wide = raw`(?-u:[\x80-\xff])`;
/** What parts a label from a name. */
const colon = "[\"'）)*]*[:：=|\\t 　._】]+[\"'“「【]?";
/** A name and what ends it. */
const person = "[一-龥]{2,4}(?:[\\t ,，;；。、|/()（）\"”'<>】」·_]|$|身份证|性别|先生|女士|手机|电话|证件|卡号|账号|的)";
/** A clear-text password is known by a digit: three characters or more before the last one. */
const secret = "[!-~]{3,}[0-9]";
const level = "[绝絕机機秘]";
/** From the birth year of a resident's number on. */
const birth = "(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])";

/** Expressions that also say the same as rules: see `samePatterns`. */
const residentId = raw`\b[1-9][0-9]{5}${birth}[0-9]{3}[0-9Xx]\b`;
const email = raw`[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b`;
const address = raw`[省市州区县旗]${wide}+[路街巷道弄村组区园苑厦场城庄寨]${wide}* ?[0-9]{1,5}[A-Za-z]?(?:-[0-9]{1,5})* ?(?:[号號栋幢室弄座层]|单元)`;
const mark = `${level} ?密 ?级? ?(?:[★☆⭐✩✪✭※]|[*＊](?:[0-9]|$))`;
const namedCustomer = "(?:客[户戶]|储户|本人)[一-龥]{2,4}[,，(（、](?:身份[证證]|证件|手机|电话|卡号|[0-9])";

/** A text in either case, without a flag. */
const anyCase = (text) => text.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
const find = (...expressions) => ({ expressions });
/** What the expressions of another rule find: one more alternative would be redundant. */
const within = (id) => ({ within: id });
/** Why no regular expression says it. */
const none = (reason) => ({ reason });
const table = none("a table is known by its columns and counted by its rows");
const document = none("several features of a whole document");

/**
 * For every shipped rule the leanest expressions that find in a text what it finds, or why there are none. What only a checksum, a table of
 * the pack, the row, the column or the rest of the document tells is left out, and so is what no automaton of a line can say: full-width
 * digits, text broken over lines, spelling with blanks. Where a rule asks for a label or a context the label stands right before the value.
 *
 * ASCII classes and boundaries only: ripgrep's Unicode ones take it off its automaton on Chinese text. Repeats are as short as tells the
 * value; a repeat that only bounds a value is left open or left out. Where two begin at one place the first wins, so the longer stand first.
 */
export const byRule = {
  "advisory/disguised-extension": none("said by the program of an entry, not by its text"),
  "advisory/left-behind": none("said by the program of an entry, not by its text"),
  "advisory/masked-value": find("[0-9]{3} ?[*＊×•●]{4}[*＊×•● ]*[0-9]{2}[0-9Xx]"),

  "cn-bank/track": find(raw`%(?:99|B)[0-9]{12,19}\^[^^\n]{2,26}\^[0-9]{4}`, raw`\b[0-9]{12,21}[=D][0-9]{7}`),
  "cn-pii/resident-id-glued": find(`^[A-Z]{0,2}[0-9]{6,18}${birth}[0-9]{3}[0-9X](?:[0-9]{16}| *[一-龥])`),
  "cn-bank/bank-card-glued": within("cn-pii/resident-id-glued"),
  "cn-pii/resident-id": find(
    residentId,
    raw`\b[1-9][0-9]{5}[ .-](?:19|20)[0-9]{2}[ .-]?[0-9]{4}[ .-]?[0-9]{3}[0-9Xx]\b`,
    raw`(?:身份证?件?|证件)号?码?${gap}[1-9](?: [0-9]){16} [0-9Xx]`,
  ),
  "cn-pii/hmt-residence": within("cn-pii/resident-id"),
  "cn-pii/foreign-resident": find(raw`(?:永久居留|外国人居留)(?:身份)?证?号?码?${gap}[A-Z]{3}[0-9]{12}\b`),
  "cn-pii/resident-id-15": find(raw`(?:身份证|证件)号?码?${gap}[1-9][0-9]{14}\b`),
  "cn-bank/bank-card": find(
    raw`\b62[0-9]{14,17}\b`,
    raw`\b(?:(?:4[0-9]|5[1-5]|35)[0-9]{14}|37[0-9]{13}|9[4-6][0-9]{14,17})\b`,
    raw`\b[3-69][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}(?:[ -][0-9]{1,3})?\b`,
    raw`\b62[0-9]{4}[ -][0-9]{10,13}\b`,
    raw`\b3[0-9]{3}[ -][0-9]{6}[ -][0-9]{4,5}\b`,
    raw`卡号?${gap}[1-9](?:[0-9]{3}(?:\.[0-9]{4}){3}|(?: [0-9]){15})`,
  ),
  "cn-pii/mobile": find(
    raw`\b(?:0|(?:00)?86)?1[3-9][0-9]{9}\b`,
    raw`\b1[3-9][0-9][ .-][0-9]{4}[ .-][0-9]{4}\b`,
    raw`(?:手 ?机|电 ?话) ?号?码?${gap}1(?:4[1468][0-9]{10}\b|(?: [0-9]){10})`,
  ),
  "cn-pii/mobile-of-person": within("cn-pii/mobile"),
  "cn-pii/landline": find(
    raw`(?:电话|座机|传真|[Tt]el|TEL|[Ff]ax|FAX|[Pp]hone)${gap}0(?:10|2[0-9]|[3-9][0-9]{2})[)） -]*[2-8][0-9]{2,3}[ -]?[0-9]{4}\b`,
    raw`${wide}0(?:10|2[0-9]|[3-9][0-9]{2})[ -][2-8][0-9]{6,7}\b`,
  ),
  "cn-bank/uscc": find(
    raw`\b(?:[159][1-3]|[ANY][1-9])[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\b`,
    raw`(?:信用代码|统一代码|税号|识别号)${gap}[1-9A-Z][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\b`,
  ),
  "cn-bank/organisation-code": find(
    raw`机构代码${gap}[0-9A-Z]{8}-?[0-9X]\b`,
    raw`注册号${gap}[0-9]{15}\b`,
    raw`(?:税务登记证?号?|税号|识别号)${gap}[0-9]{6}[0-9A-Z]{8}[0-9X]\b`,
  ),
  "cn-bank/account": find(
    raw`(?:[账帐] *号|帳號|[账帐][户戶]号?码?|存折号码?|[Aa]ccount (?:[Nn]o|[Nn]umber)|acct_?[Nn]o|[Aa]/[Cc](?: [Nn]o)?)${gap}[0-9]{4}(?:[0-9]{5}|[0-9]{0,4}[ -][0-9]{2})`,
  ),
  "cn-bank/card-security": find(
    raw`\b(?:CVV2?|cvv2?|CVC2?|cvc2?|CVN2?|cvn2?|CAV2)${gap}[0-9]{3,4}\b`,
    raw`(?:安全码|背[后面]三位)${gap}[0-9]{3,4}\b`,
    raw`有效期[至到]?${gap}(?:0[1-9]|1[0-2]) ?/? ?(?:20)?[2-4][0-9]\b`,
  ),
  "cn-bank/truncated-number": find(raw`\b[1-9]\.[0-9]{2,}[Ee]\+0?1[4-8]\b`),
  "cn-bank/routing": find(
    raw`\b(?:SWIFT|[Ss]wift|BIC|bic)(?:[ /]?(?:BIC|[Cc]ode|CODE))?(?:代码)?[:：=|\t ]+[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b`,
    raw`(?:行号|CNAPS)${gap}[1-9][0-9]{11}\b`,
  ),
  "intl/iban": find(raw`\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}[ -]?[A-Z0-9]{0,3}\b`),

  "cn-bank/seal-card": find(
    `(?:印[ 　]?鉴[ 　]?[卡册片]|预[ 　]?留[ 　]?印[ 　]?鉴|印模编号)${some}(?:号[:：为]? *[A-Z]{0,3}[0-9]{6}|户名[:：] *${wide}|启用日期[:：为]? *[0-9]{4}年)`,
  ),
  "cn-bank/security-object": find(
    `(?:(?:金库|库房|保险[柜箱]|尾箱|款箱|门锁|门禁|防盗门?|报警|[撤布]防|开箱|库门|房门|ATM|加钞|密码锁)密码|(?:金库|库房|尾箱|保险柜)钥匙|[编核]押|密押|押数)(?:[:：= 为是码值号]|结果|编号|[(（][^()（）\\n]{0,8}[)）])*(?:[左右顺逆]${some}[0-9]圈|[A-Z#*-]{0,3}[0-9]{2}|[A-Z]?柜[0-9]{2})`,
  ),
  "cn-bank/security-plan": find(
    `(?:(?:运钞|押运)(?:路线|时间)|运钞车次|(?:押运|运钞|守库|值守)排班|解款路线|布防图|监控点位)(?:[表图]|安排|如下|[(（][^()（）\\n]{0,12}[)）]| )*[:：](?-u:[^\\n]){16}`,
  ),
  "cn-bank/security-code-cell": none("a value in a column: four to sixteen letters and digits"),
  "cn-bank/security-document": find(
    `(?:金库|库房|业务库|尾箱|守[库押]|押运|运钞|解款|枪支)[一-龥]{0,10}(?:预案|布防图|监控点位[图表]?|平面图|[排值]班(?:表|安排)?|[路线]线[图表]?|线路[图表]?)$`,
  ),
  "cn-bank/inspection-material": find(
    "(?:检查|稽核|审计|巡[视察]|督查)[一-龥]{0,14}(?:[(（〔【](?:尚?未公开|不公开|征求意见稿|内部|讨论稿|初稿)|[尚暂未][未不经]公开|未公开(?:资料|材料|情况|底稿|报告)$)",
    "[(（〔【](?:检查|稽核|审计|巡察)(?:结束)?[前期]间?(?:不得|不予|未)公开",
    "可疑交易(?:分析)?报告[书表]?$",
  ),
  "cn-bank/marketing-list": find(
    "(?:营销|目标|重点|贵宾|私人银行|私行|高净值|优质|存量|潜在|战略|流失)客户(?:营销|资源|信息|联系|跟踪|拓展)?(?:[名清]单|名册|台账|花名册)",
    "客户(?:营销|资源)(?:[名清]单|资料)",
  ),
  "cn-bank/credit-report": find("^(?:个人|企业)?信用报告(?:[(（][^\\n]{1,10}[)）])?$"),
  "cn-bank/suspicious-customer": find(
    "(?:[列认判]定?为|识别为|上报|报送|提交)(?:重点)?可疑交易|(?:涉嫌|疑似|有)洗钱|洗钱风险等级(?:[:：为]|上?调[整高]?[至为])较?高",
  ),
  "cn-pii/household": find("^(?:居民户口簿|户口簿|常住人口登记[卡表]|集体户口登记[卡表])$"),

  "cn-pii/email": find(email),
  "cn-pii/email-of-person": within("cn-pii/email"),
  "cn-pii/address": find(address, `(?:[住地] ?址|住所)[:：]+[一-龥]{2}${wide}*[0-9]{1,5}(?:[号栋幢室弄座层]|单元)`),
  "cn-pii/address-of-person": within("cn-pii/address"),
  "cn-pii/person-name": find(
    `(?:姓[ 　]*名|(?:^|[^用])[户戶][ 　]*名|(?:负责|複核|复核|审核|审批|授权|被访|当事|报案|嫌疑|收件|收货|寄件|买受|出卖|承租|出租|共有|见证|证明|持卡|联系|借款|申请|收款|付款|开户|存款|担保|保证|经办|代理|法定代表|投保|被保险|受益|移交|接收|交接|监交|保管|领用|签收|委托|受托|抵押|出质|出借|联络|权利|产权|登记|汇款|出票|投诉|来电|反映|举报|被执行|申请执行|实际控制|使用|责任|拟稿|记录|主持|债务|债权|领款|取款|缴款|贷款|检查|陪同|持有|所有|签署|填表|填报)人|聯絡人|聯繫人|申請人|負責人|匯款人|開戶人|客[户戶](?:名[称稱]|姓名)|户主|配偶|客户经理|车主|押运员|值班员|收款方|付款方|法人代表)(?:姓名|名称)?${colon}${person}`,
    `(?:客[户戶]|用[户戶]|储户|[甲乙丙]方|原告|被告|患者|旅客|乘客|学生|员工|会员|柜员|司机|股东|法人)(?:[(（][^()（）\\n]{1,8}[)）])?[:：=] *[“]?${person}`,
    namedCustomer,
    `(?:名字[叫是为]?|名叫|我叫|客户叫)[:： ]?${person}`,
    raw`(?:[Nn]ame|NAME|[Nn]m|NM|payer|payee|holder|remitter|beneficiary|drawer|borrower|guarantor|applicant)["'\]\\]*[:=> \t|]+["']?(?:[一-龥]{2,4}|[A-Z][A-Za-z'.-]+ [A-Z][A-Za-z'.-]+)`,
    raw`(?:姓名|户名|持卡人|联系人|客户名称|乘客)[:：| \t]+[A-Z][A-Za-z'.-]+[ /][A-Z][A-Za-z]`,
  ),
  "cn-pii/name-beside-number": none("a name beside a number: two findings in one text, and matches of an expression do not overlap"),
  "cn-pii/passport": find(
    raw`(?:护照|護照|[Pp]assport|PASSPORT|hzhm)(?:号码?|[ _]?(?:[Nn]o\.?|[Nn]umber))?${gap}(?:E[0-9A-HJ-NP-Z][0-9]{7}|1[45][0-9]{7}|[DSP]E?[0-9]{7,8}|[GHK][0-9]{8}|(?:KJ|MA)[0-9]{7})\b`,
    "P<[A-Z<]{42}",
  ),
  "cn-pii/exit-permit": find(raw`往[来來](?:港澳|[台臺][湾灣])通行[证證]号?码?${gap}(?:C[0-9A-HJ-NP-Z][0-9]{7}|[WLT][0-9]{8})\b`),
  "cn-pii/hm-permit": find(raw`(?:[来來]往[内內]地通行[证證]|回[乡鄉][证證卡]|港澳通行[证證])[号號]?码?${gap}[HM][0-9]{8}(?:[0-9]{2})?\b`),
  "cn-pii/hk-id": find(raw`(?:香港(?:居民|永久性?居民)?身[份分][证證]|HKID)[号號]?码?${gap}[A-Z]{1,2}[0-9]{6}[(（]?[0-9A]`),
  "cn-pii/macao-id": find(
    raw`(?:澳[门門](?:永久性?|非永久性?)?居?民?身[份分][证證]|BIR)[号號]?[码碼]?${gap}[157](?:[0-9]{6}[(（][0-9]|/[0-9]{6}/[0-9])`,
  ),
  "cn-pii/tw-id": find(raw`(?:[台臺][湾灣](?:居民)?身[份分][证證]|身分證(?:統一編號|字號)?)[号號]?码?${gap}[A-Z][1289][0-9]{8}\b`),
  "cn-pii/tw-permit": find(raw`(?:[台臺][湾灣]居民[来來]往大[陆陸]通行[证證]|[台臺]胞[证證])[号號]?码?${gap}[0-9]{8}(?:[0-9]{2})?\b`),
  "cn-pii/military-id": find(
    "(?:军官证|士兵证|军人身份证|军人证)件?号?码?[:： ]*[一-龥]?[南北沈兰成济广海空参政后装联陆火武军士文]字?第? ?[0-9A-Z]{4}",
    "[南北沈兰成济广海空参政后装联陆火武军士文]字第 ?[0-9]{7,8} ?号",
  ),
  "cn-pii/archive-number": find(raw`档案(?:编号|号码?)${gap}[1-6][0-9]{11}\b`),
  "cn-pii/vehicle": find(
    raw`(?:车牌|号牌|車牌|licensePlate|plateNo)[号號]?码?["':：= ]*[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][·. ]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳领]`,
    raw`(?:[车車]架[号號]|车辆识别代[号码]|VIN码)码?${gap}[A-HJ-NPR-Z0-9]{17}\b`,
  ),
  "cn-pii/device": find(
    raw`(?:imei|IMEI)${gap}[0-9]{15}\b`,
    raw`微信(?:[账帐]?号)?[:：= ]+[A-Za-z][A-Za-z0-9_-]{5,19}\b`,
    raw`\bwxid_[a-z0-9]{12,20}\b`,
    raw`(?:QQ|qq)号?[:：= ]+[1-9][0-9]{4,10}\b`,
    raw`openid["':= ]+o[A-Za-z0-9_-]{27}\b`,
  ),
  "cn-pii/network-address": find(
    raw`(?:MAC地址|MAC|mac)["']?${gap}[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b`,
    raw`(?:登[录陆]|客户端?|来源|访问|终端|[Cc]lient_?|[Ll]ogin_?)(?:IP|[Ii]p)(?:地址)?["']?${gap}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|2[0-9a-f]{3}:[0-9a-f:]{4})`,
    raw`\bIP地址["']?${gap}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|2[0-9a-f]{3}:[0-9a-f:]{4})`,
  ),
  "cn-pii/biometric": find(
    raw`(?:[Ff]ace_?(?:[Ff]eature|[Ii]mage|[Tt]oken)|[Ff]inger(?:print)?_?(?:[Tt]emplate|[Ff]eature)|[Vv]oiceprint|[Ii]ris_?[Cc]ode|(?:指纹|人脸|声纹|虹膜)特征值?|特征值)(?:数据|模板)?["' ]*[:：=]["' ]*(?:data:[a-z/]+;base64,)?[A-Za-z0-9+/]{160}`,
  ),

  "secrets/password": find(
    `(?:密码|口令|密碼)[a-z0-9(（)）]{0,12}["'”]?[:：=是为 \\t"'“「【]+${secret}`,
    `(?:[Pp]assword|PASSWORD|[Pp]asswd|PASSWD|[Pp]wd|PWD|[Pp]assphrase|[_.]pass)[A-Za-z0-9_]*["']?(?:,? ?["']?value["']?)? ?[:=]{1,2}>? ?["'\`]?${secret}`,
  ),
  "secrets/pin": find(
    raw`\b(?:PIN|pin)(?:码| ?code)?["']? ?[:：=是为] ?["']?[0-9]{4,8}\b`,
    raw`\bmm["']? ?[:：=] ?["']?${secret}`,
    raw`(?:取款|支付|交易|查询|柜员)密码 ?[是为]? ?["“]?[0-9]{6}\b`,
    raw`(?:[Tt]xn|[Tt]ran|[Pp]ay|[Tt]rade|[Aa]tm|[Qq]uery|[Cc]ard)_?(?:[Pp]wd|[Pp]assword)["']? ?[:=] ?["']?[0-9]{6}\b`,
  ),
  "secrets/secret-key": find(
    raw`(?:(?:[Ss]ecret|SECRET|[Aa]pi|API|[Aa]es|AES|sm4|SM4)[_-]?(?:[Kk]ey|KEY)|(?:[Cc]lient|CLIENT|[Aa]pp|APP)[_-]?(?:[Ss]ecret|SECRET)|[._]secret|_SECRET|[Aa]ccess_?[Kk]ey_?[Ss]ecret|(?:应用|接口|加密|签名)密钥)["']?(?: ?[:=]|：) ?["']?[A-Za-z0-9+/_=-]{12}`,
  ),
  "secrets/command-password": find(
    raw`\b(?:mysql|mariadb)(?-u:[^\n|;&])* (?:-p|--password[= ])['"]?${secret}`,
    raw`\b(?:sshpass|mongo|docker login|psexec)(?-u:[^\n|;&])* (?:-p|--password)[= ]?['"]?${secret}`,
    raw`\bredis-cli(?-u:[^\n|;&])* (?:-a|--pass)[= ]['"]?${secret}`,
    raw`\b(?:sqlcmd|osql|isql|bcp)(?-u:[^\n|;&])* -P ?['"]?${secret}`,
    raw`\b(?:plink|pscp|psftp|putty)(?-u:[^\n|;&])* -pw ['"]?${secret}`,
    raw`\bcurl(?-u:[^\n|])* (?:-[a-zA-Z]{0,4}[uU]|--(?:proxy-)?user)[= ]?['"]?[^ :"'$<\n]+:${secret}`,
    raw`\bwget(?-u:[^\n|;&])* --(?:http-|ftp-|proxy-)?passw(?:or)?d[= ]['"]?${secret}`,
    raw`\b(?:PGPASSWORD|MYSQL_PWD|SSHPASS|REDISCLI_AUTH|RSYNC_PASSWORD|SQLCMDPASSWORD)=['"]?${secret}`,
    raw`\b(?:sqlplus|sqlldr|expdp|impdp|disql)(?: -[A-Za-z]+)* (?:userid=)?['"]?[A-Za-z][A-Za-z0-9_$#.]*/['"]?${secret}`,
    raw`\bdb2 connect to [!-~]+ user [!-~]+ using ['"]?${secret}`,
    raw`\bnet use (?-u:[^\n|])*(?:/user:[!-~]+ ['"]?${secret}|\\\\[!-~]+ ['"]?[!-~]+['"]? /user:)`,
    raw`-(?:(?:store|key|srcstore|deststore)pass(?::pass)?|pass(?:in|out) pass) ?:? ?['"]?${secret}`,
    raw`\b(?:7z[ar]?|u?n?rar) [aextlu](?-u:[^\n|;&])* -h?p['"]?${secret}`,
  ),
  "secrets/url-password": find(raw`://[A-Za-z0-9_.+-]*:[!#%&+,.0-9;=?A-Z^_a-z~-]{6,}@[A-Za-z0-9_.-]{2}`),
  "secrets/access-token": find(
    raw`\bAKIA[0-9A-Z]{16}\b`,
    raw`\bLTAI[0-9A-Za-z]{12,20}\b`,
    raw`\bAKID[0-9A-Za-z]{32}\b`,
    raw`\bgh[po]_[A-Za-z0-9]{36}\b`,
    raw`\bgithub_pat_[A-Za-z0-9_]{60}`,
    raw`\bglpat-[A-Za-z0-9_-]{20}\b`,
    raw`\bxox[bp]-[0-9]{10,14}-[0-9A-Za-z-]{20}`,
    raw`\bsk_live_[0-9A-Za-z]{24}`,
    raw`\bsk-[A-Za-z0-9]{48}\b`,
  ),
  "secrets/private-key": find("-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |SM2 |PGP )?PRIVATE KEY(?: BLOCK)?-----"),
  "secrets/key-file": none("the name of an entry, not its text"),

  "cn-secret/declassified": find(`${level}密级?(?:[★☆⭐＊*※][0-9]{0,2}年?)?[ (（〔【]?[现均]?已经?(?:解密|解除密级|公开|降密)`),
  "cn-secret/state-mark": find(mark, "[★☆⭐✩✪✭※][绝絕机機秘]密"),
  "cn-secret/period": within("cn-secret/state-mark"),
  "cn-secret/state-label": find(
    `(?:密[ 　]?[级級]|等级|[Cc]lassification|[Ss]ecret_?[Ll]evel|[本此](?:文件|资料|材料|件))[:：=为是系属于【☑☒✓√■ \\t"']+${level}密`,
  ),
  "cn-secret/state-word": find(
    `^(?:(?:[Ss]ubject|主题)[:：=] ?)?[【〔\\[（(]?${level}[ 　]*密级?(?:[，,、 ]?保?[存密]?期?限?[:：]?(?:[0-9一二三四五六七八九十]{1,3}年|长期))?[】〕\\]）)]`,
    `^[ 　\\t]*${level}[ 　]*密级?(?:[ 　]*(?:特急|加急|第?[ 　]*[0-9]{3,8}[ 　]*号?))?$`,
  ),
  "cn-secret/state-vertical": none("one character a line, and ripgrep looks at lines"),
  "cn-secret/state-name": none("the name of an entry, not its text"),
  "cn-secret/state-property": none("properties of documents; as text they are labels (cn-secret/state-label)"),
  "cn-secret/sign-misuse": find("(?:工作秘密|内部(?:资料|文件)?)[★☆⭐]"),
  "cn-secret/document-number": find(
    raw`^(?-u:[A-Za-z\x80-\xff])+[〔\[(（【﹝](?:19|20)[0-9]{2}[〕\])）】﹞]第?[0-9]{1,5}号[ 　]*(?:签发人|$)`,
  ),
  "cn-internal/core-commercial-mark": find(
    "核心商(?:业秘)?密(?:[▲★☆△]|[ 　]?[0-9]{1,2}年|[ 　]?长期|$)",
    "商(?:业秘)?密(?:[·•・]核心|[(（〔]核心[)）〕])",
  ),
  "cn-internal/commercial-mark": find("(?:商|商业秘|公司秘|行内秘|企业秘)密(?:[▲★☆△]|[ 　]?(?:[0-9]{1,2}年|长期)?[)）〕】]?$)"),
  "cn-internal/internal-mark": find(
    `(?:工作秘密|[内內]部(?:[资資]料|文件|材料|使用|[参參]考|刊物|文稿|[传傳][阅閱]|交流|掌握|[阅閱][读讀]|公[开開])|[行司][内內](?:使用|[参參]考|[传傳][阅閱]|交流))[)）〕】\\]]?$`,
    `(?:(?:注意|妥善)(?:保管|保存|保密)|(?:[严嚴]禁|不得|不可|不准|禁止|[请請]勿|切勿)(?:外[传傳泄洩流借]|翻印|[复複][印制製]|[转轉][发發]|[扩擴]散|[泄洩]露|[传傳]播|摘[录錄]|公[开開])|[阅閱][后後](?:[销銷][毁毀]|即焚|收回|退回|交回)|[会會用][后後](?:收回|退回|交回|清退))[)）〕】\\]]?$`,
  ),
  "intl/corporate-mark": find(
    raw`^[*\[(]{0,2}(?:(?:[A-Za-z&.]+ )*${anyCase("(?:strictly|highly|company|private|bank|commercial|business|group|client|customer)(?: (?:private|and|&))*")}[ -])?${anyCase("confidential(?: information| document| material)?")}(?:[*\])]{0,2}| ?[|–—-] ?[^\n]{1,40})$`,
    `^${anyCase("(?:(?:document|information|data|security) )?classification(?: level)? ?: ?(?:strictly |highly |company |bank )?(?:confidential|restricted|internal)")}`,
    `^(?:${anyCase("(?:commercial|staff|board|client)[ -]in[ -]confidence|(?:company )?proprietary (?:and|&) confidential|(?:for )?(?:company |bank )?internal use only|do not (?:distribute|copy|forward)|not for (?:external |further |public )?distribution|for your eyes only")})[.!]?$`,
    raw`^TLP ?: ?(?:RED|AMBER(?:\+STRICT)?)$`,
  ),
  "intl/government-mark": find(
    raw`^[(\[]?(?:TOP SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED|TS|RESTRICTED|CUI)//[A-Z0-9 ,/.-]{2,}[)\]]?$`,
    "^(?:NATO|COSMIC|ATOMAL|EU|UK)[ -](?:TOP SECRET|SECRET|CONFIDENTIAL|RESTRICTED)(?:[ /-][A-Z /-]+)?$",
    "^(?:UK )?OFFICIAL[ :-]{1,3}SENSITIVE(?:[ :/-][A-Z /-]+)?$",
    raw`^[(\[]?(?:TOP SECRET|SECRET|CONFIDENTIAL|RESTRICTED|CUI|FOUO|FOR OFFICIAL USE ONLY)[)\]]?$`,
  ),
  "intl/msip-label": none("a property of a document"),

  "cn-bank/balance-list": table,
  "cn-bank/credential-list": table,
  "cn-bank/credit-list": table,
  "cn-bank/customer-list": table,
  "cn-bank/financial-list": table,
  "cn-bank/four-elements": table,
  "cn-bank/identifier-list": table,
  "cn-bank/marketing-table": table,
  "cn-bank/seal-list": table,
  "cn-bank/security-roster": table,
  "cn-bank/suspicious-transactions": table,
  "cn-bank/three-elements": table,
  "cn-bank/transaction-ledger": table,
  "cn-bank/truncated-list": table,
  "cn-pii/address-list": table,
  "cn-pii/call-list": table,
  "cn-pii/contact-list": table,
  "cn-pii/health-checks": table,
  "cn-pii/health-list": table,
  "cn-pii/lodging-list": table,
  "cn-pii/message-list": table,
  "cn-pii/track-list": table,
  "cn-bank/bulk-subjects": none("a number of different people"),
  "cn-bank/person-elements": none("findings of several rules on one person"),
  "cn-bank/person-four-elements": none("findings of several rules on one person"),
  "cn-bank/credit-report-shape": document,
  "cn-pii/household-shape": document,
  "cn-secret/mention": document,
  "cn-secret/official-document": document,
  "cn-secret/published-document": document,
  "cn-secret/unmarked": none("findings that bear no mark"),
};

/** Levels and what they stand before, to make as many terms as the comparison asks for. */
const levels = "绝密 机密 秘密 内部 商密 核心商密 普通商密 工作秘密 商业秘密 国家秘密".split(" ");
const papers = "文件 资料 事项 级别 等级 载体 档案 数据 信息 材料 图纸 计划 方案 会议 电报 报告 名单 底稿 项目 合同".split(" ");
const TERMS = 281;

/**
 * Terms: the words that rules of the shipped packs look for as words (of dictionaries, marks and features of documents), and compounds of
 * levels up to `TERMS`. Not the labels that stand before a value: the expressions have them, and alone they are nothing.
 */
export function terms() {
  const found = new Set();
  const root = new URL("../../rules/", import.meta.url);
  for (const file of readdirSync(root, { recursive: true }).toSorted()) {
    if (!file.includes("/") || !file.endsWith(".yaml") || file.endsWith("pack.yaml")) continue;
    const rule = parse(readFileSync(new URL(file, root), "utf8"));
    if (rule.optional === true || !["keyword", "marking", "phrase", "structure"].includes(rule.kind)) continue;
    const words = [...(rule.terms ?? []), ...(rule.triggers ?? []).flatMap(({ literals = [] }) => literals)];
    // With a sign they are marks, which the expressions have; spaced out they are written once.
    for (const word of words) if (word.length > 1 && !/[▲★☆△⭐✩✪✭※＊* 　]/.test(word)) found.add(word);
  }
  for (const one of levels) for (const paper of papers) if (found.size < TERMS) found.add(one + paper);
  return [...found];
}

/**
 * Where an expression says what rules say: both must count the same, else the comparison is void. One expression may stand for several
 * rules, of which one or the other takes a value by what stands beside it. Segments of mobiles are the table's; cards and codes are those of
 * the corpora: of other lengths and kinds resident identity numbers would be among them.
 */
export const samePatterns = [
  { rules: ["cn-pii/resident-id"], expression: residentId },
  {
    rules: ["cn-pii/mobile", "cn-pii/mobile-of-person"],
    expression: raw`\b(?:0|(?:00)?86)?1(?:(?:3[0-9]|4[579]|5[0-35-9]|6[2567]|7[0-35-8]|8[0-9]|9[0-35-9])[0-9]|74[09])[0-9]{7}\b`,
  },
  { rules: ["cn-bank/bank-card"], expression: raw`\b62[0-9]{14}(?:[0-9]{3})?\b` },
  { rules: ["cn-pii/email", "cn-pii/email-of-person"], expression: email },
  { rules: ["cn-pii/address", "cn-pii/address-of-person"], expression: address },
  { rules: ["cn-bank/uscc"], expression: raw`\b9[1-3][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\b` },
  { rules: ["cn-secret/state-mark"], expression: mark },
];

/** An expression for ripgrep: with ASCII boundaries. */
export function toRipgrep(expression) {
  return expression.replaceAll(raw`\b`, raw`(?-u:\b)`);
}

/** The same for JavaScript, with the flag `m`: characters for bytes. */
export function toJavaScript(expression) {
  return expression.replaceAll("(?-u:", "(?:").replaceAll(raw`\xff`, raw`\uffff`);
}

/** What ripgrep is given beside the terms. */
export const expressions = Object.values(byRule).flatMap((said) => said.expressions ?? []);
