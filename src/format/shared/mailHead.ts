/** Fields that only a message has; two of all, one of them strong, make a header. */
const strong =
  /^(?:from|received|message-id|mime-version|return-path|delivered-to|subject|x-mailer|x-notes-item|dkim-signature|resent-from)$/i;
const weak =
  /^(?:to|cc|bcc|date|sender|reply-to|content-type|content-transfer-encoding|content-location|snapshot-content-location|x-[a-z0-9-]+|in-reply-to|references|importance|thread-index|thread-topic|list-.*|arc-.*|authentication-results|received-spf|user-agent|organization|status|disposition-notification-to)$/i;

/** Bytes before the header: a byte order mark, empty lines, the count that Apple Mail writes first. */
export function mailStart(head: Uint8Array): number {
  const text = Buffer.from(head.subarray(0, 64)).toString("latin1");
  return /^(?:\xef\xbb\xbf)?(?:\d{1,12}[ \t]*\r?\n)?(?:\r?\n){0,4}/.exec(text)?.[0].length ?? 0;
}

/** Whether what begins at `from` reads as the header of a message or of a part: fields, one of them strong, and nothing else up to an empty line. */
export function looksLikeMail(head: Uint8Array, from: number): boolean {
  const text = Buffer.from(head.subarray(from)).toString("latin1");
  if (!/^[\x21-\x39\x3b-\x7e]{1,80}:/.test(text)) return false;
  const end = /\r?\n\r?\n/.exec(text);
  const lines = (end === null ? text : text.slice(0, end.index)).split(/\r?\n/);
  // The last line of a long header is cut by the end of the head.
  if (end === null && from + text.length >= 4096) lines.pop();
  let known = 0;
  let certain = 0;
  let odd = 0;
  for (const line of lines) {
    if (/^[ \t]/.test(line)) continue;
    const name = /^([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:/.exec(line)?.[1];
    if (name === undefined) odd++;
    else if (strong.test(name)) certain++;
    else if (weak.test(name)) known++;
  }
  if (end !== null && odd === 0 && mimePart.test(text)) return true;
  return certain > 0 && certain + known >= 2 && odd * 5 <= lines.length;
}

/** A part alone, as it is signed: it begins with its type or its encoding. */
const mimePart =
  /^(?:content-type:\s*(?:text|multipart|message|application|image)\/[\w.+-]+\s*(?:;|\r?\n)|content-transfer-encoding:\s*(?:7bit|8bit|base64|quoted-printable|binary)\r?\n)/i;
