"""Files as they come: good, odd and hostile ones, made by code and the same for the same seed."""

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import fontpkg_be_vietnam_pro
from PIL import Image
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
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return bytes(out) + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def page(contents: bytes) -> bytes:
    resources = b"<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources %s /Contents %s >>" % (resources, contents)


def stream(filters: bytes, data: bytes) -> bytes:
    return b"<< /Filter %s /Length %d >>\nstream\n%s\nendstream" % (filters, len(data), data)


def plain_stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def squeezed(size: int, piece: bytes) -> bytes:
    """``piece`` again and again, packed: one block is packed once, and what it became is repeated."""
    block = piece * (MIB // len(piece))
    packer = zlib.compressobj(9)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    count, check = size // len(block), 1
    for _ in range(count):
        check = zlib.adler32(block, check)
    return first + again * (count - 1) + b"\x03\x00" + struct.pack(">I", check)


def flate_bomb() -> bytes:
    """A page whose content unpacks to 1 GB, packed twice: a few KB on disk."""
    data = zlib.compress(squeezed(1024 * MIB, b"(x) Tj\n"), 9)
    return raw_pdf(CATALOGUE, ONE_PAGE, page(b"4 0 R"), stream(b"[/FlateDecode /FlateDecode]", data))


def endless_text() -> bytes:
    """60 MB of drawing operators: allowed to unpack, but long to read."""
    data = squeezed(60 * MIB, b"BT /F 1 Tf (x) Tj ET\n")
    return raw_pdf(CATALOGUE, ONE_PAGE, page(b"4 0 R"), stream(b"/FlateDecode", data))


def cyclic_tree() -> bytes:
    return raw_pdf(CATALOGUE, b"<< /Type /Pages /Kids [2 0 R 3 0 R 2 0 R] /Count 3 >>", page(b"null"))


def exponential_tree() -> bytes:
    """Ten levels of ten kids each, all the same objects: 10 billion pages in 2 KB."""
    levels = [b"<< /Type /Pages /Kids [%s] /Count 9 >>" % (b"%d 0 R " % (level + 3) * 10) for level in range(10)]
    return raw_pdf(CATALOGUE, *levels, page(b"null"))


def deep_tree() -> bytes:
    levels = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (level + 3) for level in range(20_000)]
    return raw_pdf(CATALOGUE, *levels, page(b"null"))


def deep_array() -> bytes:
    return raw_pdf(CATALOGUE, ONE_PAGE, page(b"[" * 200_000 + b"]" * 200_000))


def lying_count() -> bytes:
    return raw_pdf(CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 2147483647 >>", page(b"null"))


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
    return docx(b"<d><t>" + b"x" * (60 * MIB) + b"</t></d>")


def png() -> bytes:
    out = io.BytesIO()
    Image.new("L", (40, 30), 255).save(out, "PNG")
    return out.getvalue()


def picture_bomb() -> bytes:
    """30,000 × 30,000 points, 900 MB, in a megabyte."""
    rows = squeezed(900 * MIB, bytes(64))
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, (b"IHDR", b"IDAT", b"IEND"), (head, rows, b"")))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def many_pages(count: int) -> bytes:
    """So many pages, each with one word."""
    kids = b" ".join(b"%d 0 R" % (number + 4) for number in range(count))
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    word = b"BT /F 12 Tf 1 0 0 1 1 1 Tm (Trang) Tj ET"
    return raw_pdf(CATALOGUE, tree, plain_stream(word), *[page(b"3 0 R")] * count)


def form_ring() -> bytes:
    """A page that draws a form that draws itself, with fonts of an old name all the way round."""
    resources = b"<< /XObject << /X 5 0 R >> /Font << /F << /Type /Font /Subtype /TrueType /BaseFont /.VnTime >> >> >>"
    form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources %s /Length 5 >>\nstream\n/X Do\nendstream"
    sheet = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources %s /Contents 4 0 R >>" % resources
    return raw_pdf(CATALOGUE, ONE_PAGE, sheet, plain_stream(b"/X Do"), form % resources)


def font_table() -> bytes:
    """A font that says it has four billion letters."""
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /.VnTime /Encoding /Identity-H /ToUnicode 5 0 R >>"
    sheet = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /Font << /F %s >> >> /Contents 4 0 R >>"
    table = b"beginbfrange\n<0000> <FFFFFFFF> <0041>\nendbfrange"
    return raw_pdf(CATALOGUE, ONE_PAGE, sheet % font, plain_stream(b"BT /F 12 Tf (a) Tj ET"), plain_stream(table))


def wide_sheet() -> bytes:
    """A sheet whose every cell shows the same long text: 3 KB that would be 1 GB."""
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    text = f"<sst {names}><si><t>{'x' * 500_000}</t></si></sst>"
    cells = '<row><c t="s"><v>0</v></c></row>' * 2_000
    rows = f'<Relationship Id="a" Type="{relations}/worksheet" Target="a.xml"/>'
    rows += f'<Relationship Id="b" Type="{relations}/sharedStrings" Target="b.xml"/>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {names} xmlns:r="{relations}"><sheet name="a" r:id="a"/></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{rows}</Relationships>",
        "xl/a.xml": f"<worksheet {names}>{cells}</worksheet>",
        "xl/b.xml": text,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def pictures(count: int) -> bytes:
    """A TIFF of several sheets, as scanners make them."""
    out = io.BytesIO()
    sheets = [Image.new("L", (40, 30), 255) for _ in range(count)]
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


HTML = "<!DOCTYPE html><html><body>Không tìm thấy trang</body></html>".encode()
