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


def relations(external: Mapping[str, str] | None = None, **targets: str) -> str:
    """``id="kind target"``; ``external``: id → the address of a picture elsewhere."""
    rows = [(name, *pair.split(" ", 1), "") for name, pair in targets.items()]
    rows += [(name, "image", address, ' TargetMode="External"') for name, address in (external or {}).items()]
    each = "".join(
        f'<Relationship Id="{name}" Type="{_R}/{kind}" Target={quoteattr(target)}{mode}/>'
        for name, kind, target, mode in rows
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'


_WORD_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)


def docx(
    body: str,
    parts: Mapping[str, str] | None = None,
    more: Mapping[str, str | bytes] | None = None,
    linked: Mapping[str, str] | None = None,
) -> bytes:
    """A Word file; ``parts``: kind (styles, header, footnotes …) → its content; ``more``: other parts by name;
    ``linked``: id → the address of a picture elsewhere.
    """
    named = {kind: f"{kind} {kind}.xml" for kind in parts or {}}
    return packed(
        {
            TYPES: _WORD_TYPES,
            "_rels/.rels": relations(main="officeDocument word/document.xml"),
            "word/_rels/document.xml.rels": relations(linked, **named),
            "word/document.xml": f'<w:document {_WORD} xmlns:r="{_R}"><w:body>{body}</w:body></w:document>',
            **{f"word/{kind}.xml": content for kind, content in (parts or {}).items()},
            **(more or {}),
        }
    )


def linked_picture(name: str) -> str:
    """A paragraph with a picture that is not in the file."""
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    size = '<a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/>'
    picture = (
        f'<pic:pic xmlns:pic="{drawing}/picture"><pic:nvPicPr><pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:link="{name}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f"<pic:spPr>{size}</pic:spPr></pic:pic>"
    )
    return (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{drawing}/wordprocessingDrawing" xmlns:a="{drawing}/main">'
        f'<wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="p"/><a:graphic>'
        f'<a:graphicData uri="{drawing}/picture">{picture}</a:graphicData></a:graphic></wp:inline></w:drawing>'
        "</w:r></w:p>"
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
