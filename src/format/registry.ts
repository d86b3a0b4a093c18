import type { Extractor } from "../model/chunk.ts";
import { ar } from "./ar.ts";
import { bz2 } from "./bz2.ts";
import { cab } from "./cab.ts";
import { ceb } from "./ceb.ts";
import { chm } from "./chm.ts";
import { cms } from "./cms.ts";
import { container } from "./container.ts";
import { dbf } from "./dbf.ts";
import { dbfMemo } from "./dbfMemo.ts";
import { dif } from "./dif.ts";
import { cpio } from "./cpio.ts";
import { doc } from "./doc.ts";
import { docx } from "./docx.ts";
import { eml } from "./eml.ts";
import { epub } from "./epub.ts";
import { formsControl } from "./formsControl.ts";
import { gz } from "./gz.ts";
import { html } from "./html.ts";
import { ipynb } from "./ipynb.ts";
import { iso } from "./iso.ts";
import { lz } from "./lz.ts";
import { lz4 } from "./lz4.ts";
import { lzma } from "./lzma.ts";
import { macMetadata } from "./macMetadata.ts";
import { mbox } from "./mbox.ts";
import { mdb } from "./mdb.ts";
import { metafile } from "./metafile.ts";
import { msg } from "./msg.ts";
import { odf } from "./odf.ts";
import { ofd } from "./ofd.ts";
import { ole2 } from "./ole2.ts";
import { pdf } from "./pdf.ts";
import { picture } from "./picture.ts";
import { ppt } from "./ppt.ts";
import { pptx } from "./pptx.ts";
import { pst } from "./pst.ts";
import { rar } from "./rar.ts";
import { recycleRecord } from "./recycleRecord.ts";
import { rpm } from "./rpm.ts";
import { rtf } from "./rtf.ts";
import { selfExtractor } from "./selfExtractor.ts";
import { sevenZip } from "./sevenZip.ts";
import { sqlite } from "./sqlite.ts";
import { tar } from "./tar.ts";
import { spreadsheetMl } from "./spreadsheetMl.ts";
import { sylk } from "./sylk.ts";
import { text } from "./text.ts";
import { tnef } from "./tnef.ts";
import { vcard } from "./vcard.ts";
import { volume } from "./volume.ts";
import { vsdx } from "./vsdx.ts";
import { warc } from "./warc.ts";
import { xls } from "./xls.ts";
import { xlsb } from "./xlsb.ts";
import { xlsx } from "./xlsx.ts";
import { xml } from "./xml.ts";
import { xps } from "./xps.ts";
import { xz } from "./xz.ts";
import { z } from "./z.ts";
import { zip } from "./zip.ts";
import { zst } from "./zst.ts";

/** In order of preference: the first that accepts an entry gets it. */
export const extractors: readonly Extractor[] = [
  pdf,
  ofd,
  odf,
  docx,
  xlsx,
  pptx,
  xlsb,
  xls,
  spreadsheetMl,
  vsdx,
  xps,
  epub,
  selfExtractor,
  container,
  zip,
  doc,
  msg,
  ppt,
  ole2,
  sevenZip,
  rar,
  cab,
  chm,
  sqlite,
  pst,
  mdb,
  gz,
  bz2,
  xz,
  zst,
  lzma,
  lz,
  lz4,
  z,
  tar,
  cpio,
  ar,
  rpm,
  iso,
  ceb,
  cms,
  macMetadata,
  tnef,
  vcard,
  warc,
  mbox,
  eml,
  recycleRecord,
  metafile,
  formsControl,
  dbf,
  picture,
  rtf,
  ipynb,
  sylk,
  dif,
  html,
  xml,
  text,
  dbfMemo,
  volume,
];
