import type { Extractor } from "../model/chunk.ts";
import { readMail } from "./shared/mail.ts";
import { looksLikeMail, mailStart } from "./shared/mailHead.ts";

/** Messages of Internet mail, and web pages saved as such (MHTML); Apple Mail's files, which have a line before theirs. */
export const eml: Extractor = {
  id: "eml",
  title: { zh: "电子邮件（EML）、网页归档（MHT）", en: "Internet mail (eml), web archives (mht)" },
  version: 2,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => looksLikeMail(head, mailStart(head)),
  async *extract(input) {
    const head = new Uint8Array(64);
    const count = await input.bytes.read(head, 0);
    yield* readMail(input, mailStart(head.subarray(0, count)));
  },
};
