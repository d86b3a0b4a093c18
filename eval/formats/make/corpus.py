"""Derives from files what stands in them, without any reader of ours: eval/formats/corpus/*.json.

usage: python3 eval/formats/make/corpus.py DIR      (DIR as for --corpus: real/ and planted/ in it)

Packages are opened with zipfile and an XML parser, compound files with olefile, mail with email, archives with bsdtar; doc, xls, ppt and rtf are read
by catdoc's family and antiword, PDF by pdftotext. A text another program gives is taken only where a search of the bytes shows it too, as far as the
format lets one search. Places and roles are taken where the bytes say them: page, slide, cell, part.
"""

import bz2
import email
import email.policy
import gzip
import html.parser
import io
import json
import pathlib
import posixpath
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as tree
import zipfile

import olefile

base = pathlib.Path(sys.argv[1])
out = pathlib.Path(__file__).resolve().parents[1] / "corpus"
# So many texts of a file: its first, and others evenly spread over the rest.
LIMIT = 40


def clean(text):
    return re.sub(r"\s+", " ", text).strip()


def useful(text):
    return len(text) >= 3 and bool(re.search(r"\w{2}", text)) and "\ufffd" not in text and not re.search(r"[\ue000-\uf8ff\x00-\x08]", text)


def choose(strings):
    seen = set()
    kept = []
    for one in strings:
        key = tuple(one.items())
        if key not in seen and useful(one["text"]):
            seen.add(key)
            kept.append(one)
    step = max(1, len(kept) / LIMIT)
    return [kept[int(at * step)] for at in range(min(LIMIT, len(kept)))]


def local(element):
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def parse(data):
    return tree.fromstring(data)


# Word: paragraphs without what is deleted, hidden, or in a nested paragraph of a text box; a text box has its own.
def paragraphs(root):
    for p in root.iter():
        if local(p) != "p":
            continue
        pieces = []

        def walk(element):
            for child in element:
                name = local(child)
                if name in ("p", "del", "moveFrom", "Fallback", "pict", "drawing", "object", "rPr", "pPr", "instrText", "ruby", "AlternateContent"):
                    continue
                if name == "r" and any(local(one) in ("vanish", "webHidden", "specVanish") for one in child.iter()):
                    continue
                if name == "t":
                    pieces.append(child.text or "")
                elif name in ("tab", "ptab", "br", "cr"):
                    pieces.append("\n")
                elif name in ("noBreakHyphen", "softHyphen", "sym"):
                    pieces.append("\n")
                else:
                    walk(child)

        walk(p)
        yield from "".join(pieces).split("\n")


word_roles = [("document", "body"), ("header", "header"), ("footer", "footer"), ("footnotes", "footnote"), ("endnotes", "footnote"), ("comments", "comment")]


def docx(path):
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            hit = re.fullmatch(r"word/(document|header|footer|footnotes|endnotes|comments)\d*\.xml", name)
            if hit:
                for text in paragraphs(parse(package.read(name))):
                    yield {"text": clean(text), "role": dict(word_roles)[hit[1]]}
            elif name == "docProps/core.xml":
                for element in parse(package.read(name)):
                    if local(element) in ("title", "subject", "creator", "keywords", "description", "lastModifiedBy"):
                        yield {"text": clean(element.text or ""), "role": "property"}


def relations(package, part):
    folder, name = posixpath.split(part)
    path = f"{folder}/_rels/{name}.rels"
    if path not in package.namelist():
        return {}
    return {one.get("Id"): posixpath.normpath(posixpath.join(folder, one.get("Target", ""))).lstrip("/") if not one.get("Target", "").startswith("/") else one.get("Target").lstrip("/") for one in parse(package.read(path)) if one.get("TargetMode") != "External"}


def attribute(element, wanted):
    return next((value for key, value in element.items() if key.rsplit("}", 1)[-1] == wanted), None)


def xlsx(path):
    with zipfile.ZipFile(path) as package:
        names = set(package.namelist())
        targets = relations(package, "xl/workbook.xml")
        shared = []
        if "xl/sharedStrings.xml" in names:
            for si in parse(package.read("xl/sharedStrings.xml")):
                shared.append("".join(t.text or "" for r in si for t in ([r] if local(r) == "t" else [one for one in r if local(one) == "t"] if local(r) == "r" else [])))
        for sheet in parse(package.read("xl/workbook.xml")).iter():
            if local(sheet) != "sheet":
                continue
            yield {"text": clean(sheet.get("name")), "role": "bookmark"}
            part = targets.get(next((value for key, value in sheet.items() if key.endswith("}id")), ""), "")
            if part not in names or "worksheets" not in part:
                continue
            for row in parse(package.read(part)).iter():
                if local(row) != "row":
                    continue
                for cell in row:
                    reference = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r") or "")
                    if local(cell) != "c" or reference is None:
                        continue
                    value = next((one.text or "" for one in cell if local(one) == "v"), "")
                    if cell.get("t") == "s":
                        value = shared[int(value)] if value.isdigit() and int(value) < len(shared) else ""
                    elif cell.get("t") == "inlineStr":
                        value = "".join(one.text or "" for one in cell.iter() if local(one) == "t")
                    elif cell.get("t") in ("b", "e") or re.search(r"[eE]", value):
                        continue
                    column = 0
                    for letter in reference[1]:
                        column = column * 26 + ord(letter) - 64
                    if "\n" in value or "_x" in value:
                        value = ""
                    yield {"text": clean(value), "place": f"{sheet.get('name')}!R{reference[2]}C{column}"}
        for name in sorted(names):
            if re.fullmatch(r"xl/comments\d*\.xml", name):
                for comment in parse(package.read(name)).iter():
                    if local(comment) == "comment":
                        for line in "".join(t.text or "" for t in comment.iter() if local(t) == "t").split("\n"):
                            yield {"text": clean(line), "role": "comment"}


def pptx(path):
    with zipfile.ZipFile(path) as package:
        targets = relations(package, "ppt/presentation.xml")
        presentation = parse(package.read("ppt/presentation.xml"))
        number = 0
        for slide in presentation.iter():
            if local(slide) != "sldId":
                continue
            number += 1
            part = targets.get(next((value for key, value in slide.items() if key.endswith("}id")), ""), "")
            if part not in package.namelist():
                continue
            for text in slide_texts(parse(package.read(part))):
                yield {"text": text, "place": f"slide {number}"}
        for name in package.namelist():
            if re.fullmatch(r"ppt/(notesSlides/notesSlide|slideLayouts/slideLayout|slideMasters/slideMaster)\d+\.xml|ppt/diagrams/data\d+\.xml|ppt/comments/comment\d+\.xml", name):
                for text in slide_texts(parse(package.read(name))):
                    yield {"text": text}
                for text in parse(package.read(name)).iter():
                    if local(text) == "text":
                        yield {"text": clean(text.text or "")}


def slide_texts(root):
    for p in root.iter():
        if local(p) == "p" and "drawingml" in p.tag:
            text = ""
            for one in p:
                if local(one) in ("r", "fld"):
                    text += "".join(t.text or "" for t in one if local(t) == "t")
                elif local(one) == "br":
                    text += "\n"
            yield from map(clean, text.split("\n"))


def odf(path):
    with zipfile.ZipFile(path) as package:
        for part in ("content.xml", "styles.xml"):
            for p in parse(package.read(part)).iter():
                if local(p) in ("p", "h") and ":text:" in p.tag and not any(local(one) in ("p", "note", "annotation", "tracked-changes") for one in list(p.iter())[1:]):
                    pieces = [p.text or ""]
                    for one in p.iter():
                        if one is p:
                            continue
                        pieces.append(" " * int(attribute(one, "c") or 1) if local(one) == "s" else "\n" if local(one) in ("tab", "line-break") else one.text or "")
                        pieces.append(one.tail or "")
                    yield from ({"text": clean(line)} for line in "".join(pieces).split("\n"))
        if "meta.xml" in package.namelist():
            for one in parse(package.read("meta.xml")).iter():
                if local(one) in ("title", "subject", "initial-creator", "creator", "keyword", "user-defined"):
                    yield {"text": clean(one.text or ""), "role": "property"}


def ofd(path):
    with zipfile.ZipFile(path) as package:
        names = {one.lower().lstrip("/"): one for one in package.namelist()}

        def part(folder, target):
            path = target if target.startswith("/") else posixpath.join(folder, target)
            return names.get(posixpath.normpath(path).lstrip("/").lower())

        start = parse(package.read(names["ofd.xml"]))
        for root in [one for one in start.iter() if local(one) == "DocRoot"]:
            document = part("", root.text.strip())
            if document is None:
                continue
            pages = [one for one in parse(package.read(document)).iter() if local(one) == "Page" and attribute(one, "BaseLoc")]
            for number, page in enumerate(pages, 1):
                content = part(posixpath.dirname(document), attribute(page, "BaseLoc"))
                if content is None:
                    continue
                for text in parse(package.read(content)).iter():
                    if local(text) == "TextCode":
                        yield {"text": clean(text.text or ""), "place": f"page {number}"}
        for one in start.iter():
            if local(one) in ("Title", "Author", "Creator", "Subject", "Keyword"):
                yield {"text": clean(one.text or ""), "role": "property"}


def run(*command):
    return subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "ignore")


def pdf(path):
    # Words that overlap or stand in columns are read in different orders: a text is taken where two ways of reading give it.
    content = re.sub(r"\s+", " ", run("pdftotext", "-upw", "", "-raw", str(path), "-"))
    for number, page in enumerate(run("pdftotext", "-upw", "", str(path), "-").split("\f"), 1):
        for line in page.split("\n"):
            # Columns may be read in another order, words are not.
            for text in re.split(r"\s{2,}", line):
                if clean(text) in content:
                    yield {"text": clean(text), "place": f"page {number}"}


def views(data):
    """What a compound file or RTF shows to a search: the streams in their encodings."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            streams = [file.openstream(one).read() for one in file.listdir()]
    else:
        streams = [data]
    for stream in streams:
        yield stream.decode("utf-16-le", "ignore")
        yield stream[1:].decode("utf-16-le", "ignore")
        yield stream.decode("cp1252", "ignore")
        yield stream.decode("utf-8", "ignore")


def shown(path, texts):
    seen = re.sub(r"\s+", "", "\n".join(views(path.read_bytes())))
    for text in texts:
        if re.sub(r"\s+", "", text) in seen:
            yield {"text": text}


def doc(path):
    data = path.read_bytes()
    if data[:4] == b"\xcb\x0a\x01\xf6":
        # WordPerfect 4.2: text between control bytes, the same sentence over and over.
        yield {"text": clean(re.search(rb"[A-Za-z][ -~]{19,}", data)[0].decode("ascii"))}
        return
    yield from shown(path, (clean(one) for line in run("antiword", "-m", "UTF-8.txt", "-w", "0", str(path)).split("\n") + run("catdoc", "-d", "utf-8", "-w", str(path)).split("\n") for one in line.strip("|").split("|")))
    if data[:4] == b"\xd0\xcf\x11\xe0":
        yield from properties(path)


def properties(path):
    with olefile.OleFileIO(str(path)) as file:
        meta = file.get_metadata()
        for name in ("title", "subject", "author", "keywords", "last_saved_by", "company"):
            value = getattr(meta, name)
            if isinstance(value, bytes) and value.isascii():
                yield {"text": clean(value.decode().rstrip("\0")), "role": "property"}


def xls(path):
    if path.read_bytes()[:4] != b"\xd0\xcf\x11\xe0":
        return
    # Its cells in quotes are strings; numbers are shown in its own format and prove nothing.
    yield from shown(path, (clean(one.replace('""', '"')) for one in re.findall(r'"((?:[^"\n]|"")*)"', run("xls2csv", "-d", "utf-8", "-q", "2", str(path)))))
    yield from properties(path)


def ppt(path):
    yield from shown(path, map(clean, run("catppt", "-d", "utf-8", str(path)).split("\n")))
    yield from properties(path)


def rtf(path):
    # Only what stands there letter by letter, between control words.
    data = path.read_bytes().decode("latin-1")
    given = re.sub(r"\s+", "", run("catdoc", "-d", "utf-8", "-w", str(path)))
    for text in re.findall(r"[A-Za-z][A-Za-z0-9 ,.;:()'-]{4,}", re.sub(r"\\[a-z]+-?\d* ?|\\'[0-9a-f]{2}|\\u-?\d+", "\n", data)):
        if clean(text).replace(" ", "") in given:
            yield {"text": clean(text)}


def xlsb(path):
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith("sharedStrings.bin"):
                data = package.read(name)
                # BrtSSTItem (19): a length in seven-bit bytes, a flag byte, then a count and UTF-16 ([MS-XLSB] 2.4.726).
                for hit in re.finditer(rb"\x13([\x00-\x7f]|[\x80-\xff][\x00-\x7f])[\x00-\x03](....)", data, re.S):
                    count = int.from_bytes(hit[2], "little")
                    if 0 < count < 1000 and hit.end() + 2 * count <= len(data):
                        text = data[hit.end() : hit.end() + 2 * count].decode("utf-16-le", "ignore")
                        if text.isprintable():
                            yield {"text": clean(text), "role": "body"}


def vsdx(path):
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if re.fullmatch(r"visio/pages/page\d+\.xml", name):
                for one in parse(package.read(name)).iter():
                    if local(one) == "Text":
                        yield from ({"text": clean(line)} for line in "".join(one.itertext()).split("\n"))


def msg(path):
    wanted = {"0037": "property", "1000": "body", "0C1A": "property", "0E04": "property", "3707": "name"}
    with olefile.OleFileIO(str(path)) as file:
        for entry in file.listdir():
            hit = re.fullmatch(r"__substg1\.0_([0-9A-F]{4})(001F|001E)", entry[-1])
            if hit is None or hit[1] not in wanted:
                continue
            data = file.openstream(entry).read()
            text = data.decode("utf-16-le", "ignore") if hit[2] == "001F" else data.decode("ascii", "ignore") if data.isascii() else ""
            for line in text.rstrip("\0").split("\n"):
                one = {"text": clean(line)}
                yield one | ({"role": wanted[hit[1]]} if wanted[hit[1]] != "property" else {})


def mails(data):
    message = email.message_from_bytes(data, policy=email.policy.default)
    if message["subject"]:
        yield {"text": clean(str(message["subject"]))}
    for name in ("from", "to"):
        if message[name]:
            yield from ({"text": one.addr_spec} for one in message[name].addresses)
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            try:
                text = part.get_content()
            except (LookupError, ValueError):
                continue
            yield from ({"text": clean(line), "role": "body"} for line in text.split("\n"))
        if part.get_filename():
            yield {"text": part.get_filename(), "role": "name"}


def eml(path):
    yield from mails(path.read_bytes())


def mbox(path):
    data = path.read_bytes()
    yield from mails(data[data.index(b"\n") + 1 :])


class Texts(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.texts = []
        self.inside = []

    def handle_starttag(self, tag, attributes):
        self.inside.append(tag)

    def handle_endtag(self, tag):
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data):
        if not {"script", "style"} & set(self.inside):
            self.texts += [one for one in data.split("\n")]


def page(path):
    data = path.read_bytes()
    text = data.decode("utf-8") if decodes(data, "utf-8") else ""
    parser = Texts()
    parser.feed(text)
    yield from ({"text": clean(one)} for one in parser.texts)


def decodes(data, encoding):
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def lines(data):
    text = next((data.decode(one) for one in ("utf-8-sig", "utf-16") if decodes(data, one)), "")
    yield from ({"text": clean(one)} for one in text.split("\n"))


def plain(path):
    yield from lines(path.read_bytes())


def xml(path):
    for one in parse(path.read_bytes()).iter():
        for value in [one.text or "", *one.attrib.values()]:
            yield from ({"text": clean(line)} for line in value.split("\n"))


def gz(path):
    try:
        data = gzip.decompress(path.read_bytes())
    except (OSError, EOFError):
        return
    if data[:2] != b"\x1f\x8b" and b"\0" not in data:
        if data[:5] == b"<?xml":
            for one in parse(data).iter():
                yield {"text": clean(one.text or "")}
        else:
            yield from lines(data)


def bzip2(path):
    yield from lines(bz2.decompress(path.read_bytes()))


def zstd(path):
    data = subprocess.run(["zstd", "-dcq", str(path)], capture_output=True, check=False).stdout
    if b"\0" not in data:
        yield from lines(data)


def archive(path):
    for name in run("bsdtar", "-tf", str(path)).split("\n"):
        if not name or name.endswith("/"):
            continue
        yield {"text": posixpath.basename(name), "role": "name"}
        data = subprocess.run(["bsdtar", "-xOf", str(path), name], capture_output=True, check=False).stdout
        if re.search(r"\.(?:txt|csv)$", name) and decodes(data, "utf-8"):
            yield from ({"text": clean(line), "place": f"!/{name}"} for line in data.decode().split("\n") if "<" not in line)
        elif re.search(r"\.x?html?$", name):
            try:
                root = parse(data)
            except tree.ParseError:
                continue
            for one in root.iter():
                if local(one) == "p" and len(one) == 0:
                    yield {"text": clean(one.text or ""), "place": f"!/{name}"}


def works(path):
    with olefile.OleFileIO(str(path)) as file:
        data = file.openstream("CONTENTS").read()
    # A font's name is no text: sentences are.
    for text in re.findall(r"[A-Za-z][ -~]{19,}", data.decode("utf-16-le", "ignore")) + re.findall(r"[A-Za-z][ -~]{19,}", data[1:].decode("utf-16-le", "ignore")):
        yield {"text": clean(text)}


def dbf(path):
    data = path.read_bytes()
    header = int.from_bytes(data[8:10], "little")
    length = int.from_bytes(data[10:12], "little")
    names = [data[at : at + 11].split(b"\0")[0].decode("ascii") for at in range(32, header - 1, 32) if data[at] != 13]
    widths = [data[at + 16] for at in range(32, header - 1, 32) if data[at] != 13]
    yield from ({"text": one} for one in names)
    for at in range(header, len(data) - length + 1, length):
        start = at + 1
        for width in widths:
            value = data[start : start + width]
            start += width
            if value.isascii() and re.search(rb"[A-Za-z]{3}", value):
                yield {"text": clean(value.decode("ascii")), "role": "body"}


def jpg(path):
    data = path.read_bytes()
    at = 2
    while data[at : at + 1] == b"\xff" and data[at + 1] != 0xDA:
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xFE and data[at + 4 : at + 2 + size].isascii():
            yield {"text": clean(data[at + 4 : at + 2 + size].decode("ascii").rstrip("\0"))}
        at += 2 + size


kinds = {
    "docx": ("docx", docx, "zipfile and an XML parser"), "xlsx": ("xlsx", xlsx, "zipfile and an XML parser"), "xlsm": ("xlsx", xlsx, "zipfile and an XML parser"),
    "pptx": ("pptx", pptx, "zipfile and an XML parser"), "odt": ("odf", odf, "zipfile and an XML parser"), "ods": ("odf", odf, "zipfile and an XML parser"),
    "odp": ("odf", odf, "zipfile and an XML parser"), "ofd": ("ofd", ofd, "zipfile and an XML parser"), "vsdx": ("zip", vsdx, "zipfile and an XML parser"),
    "pdf": ("pdf", pdf, "pdftotext"), "doc": ("doc", doc, "antiword and catdoc, each text shown by a search of the streams; properties by olefile"),
    "xls": ("xls", xls, "xls2csv, each text shown by a search of the streams; properties by olefile"),
    "ppt": ("ppt", ppt, "catppt, each text shown by a search of the streams; properties by olefile"),
    "rtf": ("rtf", rtf, "letters between control words, in catdoc's text too"), "xlsb": ("xlsb", xlsb, "BrtSSTItem records"),
    "msg": ("msg", msg, "olefile"), "eml": ("eml", eml, "Python's email"), "mbox": ("mbox", mbox, "Python's email"),
    "html": ("html", page, "Python's html.parser"), "csv": ("text", plain, "the bytes"), "txt": ("text", plain, "the bytes"), "xml": ("xml", xml, "an XML parser"),
    "gz": ("gz", gz, "gzip"), "bz2": ("bz2", bzip2, "bz2"), "zst": ("zst", zstd, "zstd"), "zip": ("zip", archive, "bsdtar"), "tar": ("tar", archive, "bsdtar"),
    "rar": ("rar", archive, "bsdtar"), "epub": ("zip", archive, "bsdtar"), "wps": ("wps", works, "olefile, letters in UTF-16"), "dbf": ("dbf", dbf, "the header and the records"),
    "jpg": ("picture", jpg, "comment segments"),
}


def planted():
    """The token of a place, wherever a search of the bytes shows it; the places are those of the documents they were converted from."""
    token = re.compile(r"植入\w{1,10}★机密10年")
    for path in sorted((base / "planted").glob("plant.*")) + [base / "planted" / "plant-struct.pdf"]:
        data = path.read_bytes()
        texts = []
        if data[:2] == b"PK":
            with zipfile.ZipFile(path) as package:
                for name in package.namelist():
                    part = package.read(name).decode("utf-8", "ignore")
                    texts += token.findall(re.sub(r"<[^>]*>", "", part)) + token.findall(part)
        elif data[:4] == b"%PDF":
            texts += token.findall(run("pdftotext", str(path), "-"))
        elif data[:4] == b"\xd0\xcf\x11\xe0":
            texts += [one for view in views(data) for one in token.findall(view)]
        elif path.suffix == ".eml":
            texts += [one for part in email.message_from_bytes(data, policy=email.policy.default).walk() if not part.is_multipart() and part.get_content_maintype() == "text" for one in token.findall(part.get_content())]
        else:
            view = data.decode("utf-8", "ignore")
            texts += token.findall(re.sub(r"<[^>]*>", "", view)) + token.findall(view)
        yield path, [{"text": one} for one in sorted(set(map(lambda one: unicodedata.normalize("NFC", one), texts)))]


def main():
    lists = {}
    for folder in sorted((base / "real").iterdir()):
        if folder.name not in kinds:
            continue
        form, derive, how = kinds[folder.name]
        for path in sorted(folder.iterdir()):
            try:
                strings = choose(list(derive(path)))
            except (tree.ParseError, KeyError, OSError, zipfile.BadZipFile, ValueError, RuntimeError) as error:
                print(path.name, type(error).__name__, str(error)[:60], file=sys.stderr)
                continue
            if strings:
                lists.setdefault(form, []).append({"file": str(path.relative_to(base)), "source": how, "strings": strings})
    forms = {".odt": "odf", ".ods": "odf", ".odp": "odf", ".csv": "text", ".mht": "eml"}
    for path, strings in planted():
        if strings:
            form = forms.get(path.suffix, path.suffix[1:])
            lists.setdefault(form, []).append({"file": str(path.relative_to(base)), "source": "tokens a search of the bytes shows", "strings": strings})
    out.mkdir(exist_ok=True)
    for form, files in lists.items():
        (out / f"{form}.json").write_text(json.dumps(files, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(sum(map(len, lists.values())), "files", sum(len(one["strings"]) for files in lists.values() for one in files), "texts")


main()
