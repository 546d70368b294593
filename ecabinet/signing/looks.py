"""What a reader sees of a signature, a seal and a filled-in number: drawn as small PDFs with the embedded faces."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image, UnidentifiedImageError
from pyhanko.pdf_utils.content import ImportedPdfPage
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import StaticStampStyle
from reportlab.lib.colors import Color
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfgen.canvas import Canvas

from documents.errors import Problem
from ecabinet.clock import ZONE
from ecabinet.printing import pdf_words, texts
from ecabinet.printing.forms import Face
from ecabinet.signing.page_lines import DEPTH, HEIGHT

BLUE = Color(0.09, 0.2, 0.55)
RED = Color(0.78, 0.08, 0.1)
MOST_PIXELS = 4_000_000
SMALL, LEAST = 8.0, 5.0
RING = 1.6
SEALED = 1 / 3


@dataclass(frozen=True)
class Appearance:
    """What a signature shows: who, for whom, and a picture of the hand or the seal (PNG or JPEG) where there is one."""

    name: str
    organisation: str = ""
    title: str = ""
    picture: bytes | None = None
    seal: bool = False


def checked_picture(data: bytes) -> bytes:
    """A picture of a signature or a seal made anew as PNG, white made transparent; raises ``picture_unreadable``."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Problem("picture_unreadable", "too many pixels", field="picture")
            picture = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Problem("picture_unreadable", str(error), field="picture") from error
    if picture.getchannel("A").getextrema() == (255, 255):  # nothing is transparent: paper was photographed
        light = picture.convert("L").point(lambda level: 255 - level if level < 225 else 0)
        picture.putalpha(light.point(lambda level: min(255, level * 2)))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def drawn(shown: Appearance, width: float, height: float, at: datetime) -> bytes:
    """A signature as a PDF of one page of that size (points)."""
    out = io.BytesIO()
    canvas = _canvas(out, width, height)
    time = f"{at.astimezone(ZONE):%d-%m-%Y %H:%M:%S} +07:00"
    if shown.seal:
        _seal(canvas, shown, width, height, time)
    else:
        _hand(canvas, shown, width, height, time)
    canvas.save()
    return out.getvalue()


def line(text: str, width: float, height: float, face: Face, *, close: bool = False) -> bytes:
    """A short text in its box, on the line of the words beside it: in the middle, or close to what follows."""
    out = io.BytesIO()
    canvas = _canvas(out, width, height)
    size = min(face.size, face.size * width / max(pdf_words.width_of(text, face), 1))
    canvas.setFont(pdf_words.font(face), size)
    base = height * DEPTH / HEIGHT
    (canvas.drawRightString if close else canvas.drawCentredString)(width if close else width / 2, base, text)
    canvas.save()
    return out.getvalue()


def style(pdf: bytes, path: str) -> StaticStampStyle:
    """The page as pyHanko puts it on a signature's field; ``path`` is a file of the caller's to keep it in."""
    with open(path, "wb") as file:  # noqa: PTH123 - pyHanko takes names of files
        file.write(pdf)
    background = ImportedPdfPage(path)  # type: ignore[no-untyped-call]
    middle = AxisAlignment.ALIGN_MID
    whole = SimpleBoxLayoutRule(middle, middle, margins=Margins(0, 0, 0, 0))
    return StaticStampStyle(border_width=0, background=background, background_layout=whole)


def as_object(writer: BasePdfFileWriter, pdf: bytes) -> Any:
    """The page as a form object of a file that is being written."""
    return writer.import_page_as_xobject(PdfFileReader(io.BytesIO(pdf)))


def _canvas(out: io.BytesIO, width: float, height: float) -> Canvas:
    pdf_words.register_faces()
    return Canvas(out, pagesize=(width, height), invariant=1)


def _fitting(lines: list[str], width: float, size: float) -> float:
    widest = max((pdf_words.width_of(one, Face(size)) for one in lines), default=0.0)
    return size if widest <= width else max(size * width / widest, LEAST)


def _hand(canvas: Canvas, shown: Appearance, width: float, height: float, time: str) -> None:
    """The hand's picture with a small line, or the words alone. The left third is left to the seal."""
    name, organisation = (pdf_words.known(texts.line(text)) for text in (shown.name, shown.organisation))
    canvas.setFillColor(BLUE)
    canvas.setStrokeColor(BLUE)
    if shown.picture:
        _picture(canvas, shown.picture, 0, 9, width, height - 9)
        _lines(canvas, [f"Ký số: {name}, {time}"], width, 9, 6)
        return
    left = width * SEALED + 4
    canvas.setLineWidth(0.6)
    canvas.roundRect(left - 4, 0.5, width - left + 3.5, height - 1, 3)
    said = [f"Ký bởi: {name}", *([f"Cơ quan: {organisation}"] if organisation else []), "Thời gian ký:", time]
    rows = [row for one in said for row in simpleSplit(one, pdf_words.font(Face(SMALL)), SMALL, width - left - 4)]
    canvas.translate(left, 0)
    _lines(canvas, rows, width - left - 3, height, SMALL, left=0)


def _lines(
    canvas: Canvas, rows: list[str], width: float, height: float, size: float, left: float | None = None
) -> None:
    """Rows one under the other, in the middle of the height; letters grow smaller where there are many."""
    size = min(_fitting(rows, width - 2, size), (height - 2) / (len(rows) * 1.2))
    canvas.setFont(pdf_words.font(Face(size)), size)
    base = (height + len(rows) * size * 1.2) / 2 - size * 0.95
    for row, text in enumerate(rows):
        if left is None:
            canvas.drawCentredString(width / 2, base - row * size * 1.2, text)
        else:
            canvas.drawString(left, base - row * size * 1.2, text)


def _seal(canvas: Canvas, shown: Appearance, width: float, height: float, time: str) -> None:
    """The seal's picture in its real size, or a ring with the organisation's name: never what could pass for one."""
    canvas.setFillColor(RED)
    canvas.setStrokeColor(RED)
    if shown.picture:
        _picture(canvas, shown.picture, 0, 0, width, height)
        return
    radius = min(width, height) / 2 - RING
    canvas.setLineWidth(RING)
    canvas.circle(width / 2, height / 2, radius)
    canvas.setLineWidth(0.5)
    canvas.circle(width / 2, height / 2, radius - 3)
    room = radius * 1.5
    name = pdf_words.known(texts.line(shown.organisation or shown.name))
    face = pdf_words.font(Face(SMALL))
    day, clock = time.split(" ", 1)
    rows = ["KÝ SỐ CƠ QUAN", *simpleSplit(name, face, SMALL, room), day, clock]
    canvas.translate((width - room) / 2, 0)
    _lines(canvas, rows, room, height, SMALL)


def _picture(canvas: Canvas, picture: bytes, left: float, bottom: float, width: float, height: float) -> None:
    canvas.drawImage(
        ImageReader(io.BytesIO(picture)), left, bottom, width, height, mask="auto", preserveAspectRatio=True, anchor="c"
    )
