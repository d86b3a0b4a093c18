/** The extensions a format goes by, in lower case. */
export interface KnownExtensions {
  readonly extensions: readonly string[];
  /**
   * The format has no other names: any other extension lies (a docx named .dat). Formats that go by many names (text, archives) lie only
   * under the name of another format of this table.
   */
  readonly strict: boolean;
}

const list = (extensions: string, strict = true): KnownExtensions => ({ extensions: extensions.split(" "), strict });

const pictures =
  "jpg jpeg jpe jfif png gif bmp dib tif tiff webp ico heic heif avif jp2 psd psb mp4 m4v mov avi mkv webm 3gp qt thm pct pict";

/** By the id of an extractor or textless kind. One that is not here goes by any name. */
export const knownExtensions: Readonly<Record<string, KnownExtensions>> = {
  pdf: list("pdf fdf ai"),
  ofd: list("ofd"),
  odf: list("odt ott ods ots odp otp odg otg odf odm odb odc fodt fods fodp fodg sxw stw sxc stc sxi sti sxd std xml"),
  docx: list("docx docm dotx dotm wps wpt doc"),
  xlsx: list("xlsx xlsm xltx xltm et ett xlam xls"),
  pptx: list("pptx pptm potx potm ppsx ppsm dps dpt ppam sldx thmx ppt"),
  xlsb: list("xlsb"),
  xls: list("xls xlt xlm xla xlw xlc et ett dps wk1 wb"),
  doc: list("doc dot wps wpt wri wiz"),
  ppt: list("ppt pps pot ppa dps dpt"),
  msg: list("msg oft"),
  vsdx: list("vsdx vsdm vssx vssm vstx vstm"),
  xps: list("xps oxps"),
  epub: list("epub"),
  rtf: list("rtf doc wps"),
  html: list("html htm xhtml xht xml shtml hta htc xls doc mht mhtml svg jsp asp aspx php tpl vm ftl vue tmpl", false),
  xml: list("xml svg xsd xsl xslt wsdl plist rdf kml gpx config resx rss atom dtd xmp jrxml doc xls docx html htm", false),
  zip: list("zip jar war ear apk aar epub xpi whl nupkg vsix kmz exe ipa xmind cbz", false),
  sylk: list("slk sylk csv xls txt", false),
  dif: list("dif xls txt", false),
  gz: list("gz tgz gzip", false),
  tar: list("tar", false),
  text: list("txt csv tsv log md sql json xml xls html htm ini conf cfg yaml yml properties eml", false),
  eml: list("eml mht mhtml txt emlx mim", false),
  mbox: list("mbox mbx txt box", false),
  picture: list(pictures, false),
  "small-picture": list(`${pictures} cur ani`, false),
  program: list("exe dll sys ocx com scr so bin drv cpl mui o node elf ko efi dylib class ax tsp pyd vxd 386", false),
  font: list("ttf otf ttc woff woff2 fon", false),
  sound: list("mp3 wav flac ogg m4a amr aac", false),
};

/** Extensions that say nothing of the content: copies, unfinished downloads, versions. */
const neutral: ReadonlySet<string> = new Set(
  "bak tmp temp old orig save copy part partial download crdownload swp swo new wbk asd".split(" "),
);

const known: ReadonlySet<string> = new Set(
  Object.values(knownExtensions)
    .filter(({ strict }) => strict)
    .flatMap(({ extensions }) => extensions)
    .concat(
      ["picture", "program", "font", "sound", "gz", "tar"].flatMap((id) => knownExtensions[id]?.extensions ?? []),
      ["zip", "rar", "7z", "iso"],
    ),
);

/** Of formats that are packed as zip: where the archive is damaged its content no longer says which it was. */
const packed: ReadonlySet<string> = new Set(
  ["docx", "xlsx", "pptx", "xlsb", "vsdx", "xps", "epub", "ofd", "odf"].flatMap((id) => knownExtensions[id]?.extensions ?? []),
);

/**
 * The extension of a name that lies about content of `format`, with its dot and in lower case; undefined where it does not, where there is
 * none, or where it says nothing.
 */
export function disguisedExtension(name: string, format: string, damaged: boolean): string | undefined {
  const extension = /^.+\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase();
  const own = knownExtensions[format];
  if (extension === undefined || own === undefined || own.extensions.includes(extension)) return undefined;
  if (damaged && format === "zip" && packed.has(extension)) return undefined;
  if (neutral.has(extension) || /^\d+$/.test(extension)) return undefined;
  return own.strict || known.has(extension) ? `.${extension}` : undefined;
}
