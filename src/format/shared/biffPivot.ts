import type { Extracted } from "../../model/chunk.ts";
import { BiffReader, biff, emptyRecord, readRecord } from "./biffRecord.ts";
import type { BiffStream } from "./biffRecord.ts";
import { cleanText } from "./biffText.ts";
import { numberText } from "./cellValue.ts";
import { createFlow } from "./flow.ts";
import type { Sink } from "./flow.ts";
import { bytesOf } from "./xml.ts";

const field = 0xc7;
const number = 0xc9;

/** The cache of a pivot table, a copy of the data it was made from: names of fields, strings, numbers ([MS-XLS] 2.1.7.12). */
export function* readBiffPivot(sink: Sink, stream: BiffStream, id: string): Generator<Extracted, void> {
  const flow = createFlow(sink, { id, roles: ["hidden"], place: () => ({ kind: "property", name: "pivotCache" }) });
  const record = emptyRecord();
  let count = 0;
  for (let at = 0; readRecord(stream.bytes, at, record) && sink.open; at = record.next) {
    const reader = new BiffReader(stream, record);
    let text = "";
    if (record.type === biff.pivotString) text = reader.text(reader.u16());
    else if (record.type === field) {
      reader.skip(14);
      text = reader.string(2);
    } else if (record.type === number) text = numberText(reader.double());
    const clean = cleanText(text);
    if (clean !== "") flow.line(bytesOf(clean), ++count);
    if ((count & 0xff) === 0xff) yield* sink.drain();
  }
  flow.flush();
  yield* sink.drain();
}
