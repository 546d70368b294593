"""Office files made by hand, so that each can be odd in just one way."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.styles import Font

_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_SHOW = f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{_R}" {_DRAWING}'
TYPES = "[Content_Types].xml"

Text = tuple[str, str | None]
"""Letters and the font they are drawn in."""


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def relations(**targets: str) -> str:
    """``id="kind target"``."""
    rows = (pair.split(" ", 1) for pair in targets.values())
    each = "".join(
        f'<Relationship Id="{name}" Type="{_R}/{kind}" Target={quoteattr(target)}/>'
        for name, (kind, target) in zip(targets, rows, strict=True)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'


def docx(body: str, parts: Mapping[str, str] | None = None, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word file; ``parts``: kind (styles, header, footnotes …) → its content; ``more``: other parts by name."""
    named = {kind: f"{kind} {kind}.xml" for kind in parts or {}}
    return packed(
        {
            TYPES: "<Types/>",
            "_rels/.rels": relations(main="officeDocument word/document.xml"),
            "word/_rels/document.xml.rels": relations(**named),
            "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
            **{f"word/{kind}.xml": content for kind, content in (parts or {}).items()},
            **(more or {}),
        }
    )


def paragraph(*texts: Text, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    runs = (
        f"<w:r>{f'<w:rPr><w:rFonts w:ascii={quoteattr(font)} w:hAnsi={quoteattr(font)}/></w:rPr>' if font else ''}"
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        for text, font in texts
    )
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def word_styles(default: str, **styles: str) -> str:
    """``name=font`` or ``name="base:other"``."""
    each = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}">'
        + (
            f'<w:basedOn w:val="{font[5:]}"/>'
            if font.startswith("base:")
            else f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr>'
        )
        + "</w:style>"
        for name, font in styles.items()
    )
    fonts = f'<w:rPr><w:rFonts w:ascii="{default}" w:hAnsi="{default}"/></w:rPr>'
    usual = f"<w:docDefaults><w:rPrDefault>{fonts}</w:rPrDefault></w:docDefaults>"
    return f"<w:styles {_WORD}>{usual}{each}</w:styles>"


def part(name: str, content: str) -> str:
    """A part of a Word file: hdr, ftr, footnotes …"""
    return f"<w:{name} {_WORD}>{content}</w:{name}>"


def workbook(
    rows: Sequence[Sequence[object]], fonts: Mapping[str, str] | None = None, formats: Mapping[str, str] | None = None
) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    for row in rows:
        sheet.append(row)
    for cell, font in (fonts or {}).items():
        sheet[cell].font = Font(name=font)
    for cell, form in (formats or {}).items():
        sheet[cell].number_format = form
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pptx(slides: Sequence[Sequence[Text]], notes: Mapping[int, str] | None = None) -> bytes:
    """A presentation; the slides stand in its parts in reverse, so that only the list gives their order."""
    notes = notes or {}
    ids = "".join(f'<p:sldId id="{256 + number}" r:id="s{number}"/>' for number in range(len(slides)))
    parts: dict[str, str] = {
        TYPES: "<Types/>",
        "_rels/.rels": relations(main="officeDocument /ppt/presentation.xml"),
        "ppt/presentation.xml": f"<p:presentation {_SHOW}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            **{f"s{number}": f"slide slides/slide{len(slides) - number}.xml" for number in range(len(slides))}
        ),
    }
    for number, texts in enumerate(slides):
        own = len(slides) - number
        lines = "".join(
            f"<a:p><a:r>{f'<a:rPr><a:latin typeface={quoteattr(font)}/></a:rPr>' if font else ''}"
            f"<a:t>{escape(text)}</a:t></a:r></a:p>"
            for text, font in texts
        )
        field = '<a:p><a:fld type="slidenum"><a:t>7</a:t></a:fld></a:p>'
        parts[f"ppt/slides/slide{own}.xml"] = f"<p:sld {_SHOW}><p:txBody>{lines}{field}</p:txBody></p:sld>"
        if number in notes:
            parts[f"ppt/slides/_rels/slide{own}.xml.rels"] = relations(n=f"notesSlide ../notesSlides/notes{own}.xml")
            parts[f"ppt/notesSlides/notes{own}.xml"] = (
                f"<p:notes {_SHOW}><a:p><a:r><a:t>{escape(notes[number])}</a:t></a:r></a:p></p:notes>"
            )
    return packed(parts)


_ODF_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "drawing")
)


def opendocument(kind: str, body: str, manifest: str = "<manifest/>") -> bytes:
    """``kind``: text, spreadsheet or presentation."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "content.xml",
            f"<office:document-content {_ODF_NAMES}><office:body>{body}</office:body></office:document-content>",
        )
    return out.getvalue()
