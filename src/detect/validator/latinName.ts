import type { Validator } from "../../model/rule.ts";

/** Words that name organisations, forms and their fields, not people. */
const NO_PERSON =
  /^(?:ltd|limited|inc|corp|corporation|company|co|llc|plc|gmbh|ag|bank|branch|group|holdings?|university|college|school|institute|hospital|department|dept|division|office|center|centre|ministry|bureau|association|committee|foundation|trust|fund|service|services|system|systems|account|number|name|card|type|date|address|mobile|phone|email|passport|customer|client|user|test|demo|sample|unknown|null|none|true|false|string|varchar|the|and|for|of|not|please|street|road|city|china|beijing|shanghai|shenzhen|guangzhou|hong|kong)$/i;

/**
 * The shape of a person's name in Latin letters: two to four words that begin with a capital (`Zhang Wei`, `ZHANG/WEI`, `O'Neil, Mary`), none
 * of them a word of organisations or forms.
 *
 * A shape only: a label and an identifier of the same person must stand beside it.
 */
export const latinName: Validator = {
  id: "latin-name",
  reference: "ICAO 9303-3",
  check(value) {
    if (!/^[A-Z][A-Za-z'’.-]{0,20}(?:[ ,/]{1,2}[A-Z][A-Za-z'’.-]{0,20}){1,3}$/.test(value)) return "invalid";
    const words = value.split(/[ ,/]+/);
    return words.some((word) => NO_PERSON.test(word)) || !words.some((word) => word.length > 1) ? "invalid" : "valid";
  },
};
