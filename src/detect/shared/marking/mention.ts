/** Words before a mark that say that it is only spoken of. */
const CUE =
  /(?:例如?|比如|譬如|诸如|[^不]如|^如|标注为?|标明|标有|标示|标志|标识|标记|表示|表述|形式|字样|样式|格式|应标|注明|写明|写成|写为|盖有|加盖|印有|印上|打上|带有|凡|属于|定为|分为|即|是指|所谓|叫做|称为|选择?|答案|正确的是|错误的是|不得|禁止|严禁)[是为有::“"'「(]{0,3}$/;
/** Words after it that say so. */
const FOLLOWING =
  /^(?:[”"’'」』》]|字样|标志|标识|标记|样式|的|是|表示|表明|等|即|指|代表|意思|[,,]?(?:就)?(?:表明|表示|说明|意味)|(?:级)?国家秘密|——|—表|=|\?|？|[、/]\S)/;
const QUOTE_BEFORE = /[“"'‘「『《〈`]$/;
const OPTION = /^[([]?(?:[A-Ha-h]|[1-9]\d?|[①-⑳一二三四五六七八九十])[.、)\]:．]/;
/** The same without punctuation, and all that stands before the mark: `①` is `1` after NFKC. */
const BARE_OPTION = /^(?:[A-Ha-h]|[1-9]|1\d|20)$/;
/** A list of boxes to tick. */
const BOX = /[□☐○〇◇☑✓√✔■●]/;

/**
 * True when a mark is quoted, given as an example, an answer to choose, a box to tick, or said to be declassified. Only its own line
 * counts, never the rest of the document. `before` and `after` are what stands round it on the line, without blanks.
 */
export function isMention(before: string, after: string): boolean {
  if (QUOTE_BEFORE.test(before) || CUE.test(before.slice(-16)) || FOLLOWING.test(after)) return true;
  if (OPTION.test(before) || BARE_OPTION.test(before)) return true;
  if (BOX.test(before.slice(-1)) || BOX.test(after.slice(0, 1)) || /\[[xX]?\]$/.test(before)) return true;
  return /^[([]?(?:已|现已|均已)(?:经)?(?:解密|解除|公开|失效|降密)/.test(after) || /(?:已解密|解密件)$/.test(before);
}

/** Whether a line says that what stands on the next is an example: `密级标志样例：`, or gives one itself: `例如：机密★10年`. */
export function isIntroduced(line: string): boolean {
  return (
    /(?:样例|示例|范例|例子|举例|例如|式样|样式|写法|标法|格式)(?:如下)?[:：]$/.test(line) ||
    /^(?:例如?|比如|譬如|诸如|样例|示例|范例)[:：,，]?.{0,4}密.{0,2}[★☆*]/.test(line)
  );
}

/** Whether a line says that what stands above it was an example: `以上均为示例。` */
export function isExplained(line: string): boolean {
  return /^[(（]?(?:以上|上述|上面)[^。]{0,6}(?:样例|示例|范例|例子|举例|式样|样式)/.test(line);
}
