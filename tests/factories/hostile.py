"""Files as they come: good, odd and hostile ones, made by code and the same for the same seed."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import fontpkg_be_vietnam_pro
from pypdf import PdfReader, PdfWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

MIB = 1024**2


def paper(*pages: str) -> bytes:
    """A good PDF with one line of Vietnamese text for each line given."""
    if "Vietnam" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Vietnam", _font()))
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for page in pages:
        canvas.setFont("Vietnam", 12)
        for row, line in enumerate(page.splitlines()):
            canvas.drawString(72, 770 - 16 * row, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _font() -> str:
    folder = Path(fontpkg_be_vietnam_pro.__file__).parent
    return str(next(path for path in sorted(folder.rglob("*.ttf")) if "Regular" in path.name))


def encrypted(password: str) -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(paper("Nghị quyết mật"))))
    writer.encrypt(password, owner_password="chủ", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def _page(contents: bytes) -> bytes:
    resources = b"<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources %s /Contents %s >>" % (resources, contents)


def _stream(filters: bytes, data: bytes) -> bytes:
    return b"<< /Filter %s /Length %d >>\nstream\n%s\nendstream" % (filters, len(data), data)


def _squeezed(size: int, piece: bytes) -> bytes:
    packer = zlib.compressobj(9)
    block = piece * (MIB // len(piece))
    return b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()


def flate_bomb() -> bytes:
    """A page whose content unpacks to 1 GB, packed twice: a few KB on disk."""
    data = zlib.compress(_squeezed(1024 * MIB, b"(x) Tj\n"), 9)
    return raw_pdf(CATALOGUE, ONE_PAGE, _page(b"4 0 R"), _stream(b"[/FlateDecode /FlateDecode]", data))


def endless_text() -> bytes:
    """60 MB of drawing operators: allowed to unpack, but long to read."""
    data = _squeezed(60 * MIB, b"BT /F 1 Tf (x) Tj ET\n")
    return raw_pdf(CATALOGUE, ONE_PAGE, _page(b"4 0 R"), _stream(b"/FlateDecode", data))


def cyclic_tree() -> bytes:
    return raw_pdf(CATALOGUE, b"<< /Type /Pages /Kids [2 0 R 3 0 R 2 0 R] /Count 3 >>", _page(b"null"))


def exponential_tree() -> bytes:
    """Ten levels of ten kids each, all the same objects: 10 billion pages in 2 KB."""
    levels = [b"<< /Type /Pages /Kids [%s] /Count 9 >>" % (b"%d 0 R " % (level + 3) * 10) for level in range(10)]
    return raw_pdf(CATALOGUE, *levels, _page(b"null"))


def deep_tree() -> bytes:
    levels = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (level + 3) for level in range(20_000)]
    return raw_pdf(CATALOGUE, *levels, _page(b"null"))


def deep_array() -> bytes:
    return raw_pdf(CATALOGUE, ONE_PAGE, _page(b"[" * 200_000 + b"]" * 200_000))


def lying_count() -> bytes:
    return raw_pdf(CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 2147483647 >>", _page(b"null"))


def no_pages() -> bytes:
    return raw_pdf(CATALOGUE, b"<< /Type /Pages /Kids [] /Count 0 >>")


def truncated(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def flipped(data: bytes, seed: int, bits: int = 40) -> bytes:
    """The same file after a bad disk: some bits turned over, but for the line that says PDF."""
    chance, spoiled = random.Random(seed), bytearray(data)
    for _ in range(bits):
        spoiled[chance.randrange(16, len(spoiled))] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


def docx(document: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
    return out.getvalue()


def docx_text(text: str) -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return docx(f'<w:document xmlns:w="{word}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:document>'.encode())


def entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
    return docx(f'<!DOCTYPE d [<!ENTITY e0 "xxxxxxxxxx">{levels}]><d><t>&e9;</t></d>'.encode())


def zip_bomb() -> bytes:
    return docx(b"<d><t>" + b"x" * (200 * MIB) + b"</t></d>")


def png() -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)


HTML = "<!DOCTYPE html><html><body>Không tìm thấy trang</body></html>".encode()

HOSTILE: dict[str, Callable[[], bytes]] = {
    "flate_bomb": flate_bomb,
    "endless_text": endless_text,
    "cyclic_tree": cyclic_tree,
    "exponential_tree": exponential_tree,
    "deep_tree": deep_tree,
    "deep_array": deep_array,
    "lying_count": lying_count,
    "no_pages": no_pages,
}
