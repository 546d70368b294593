"""What a file is, by its content."""

import io
import struct

import pytest
from PIL import Image

from documents import media
from tests.factories import hostile
from tests.factories import office_files as office
from tests.factories.legacy import windows


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("L", (4, 4)).save(out, form)
    return out.getvalue()


def ole(*names: str) -> bytes:
    """An OLE file of one sector of directory for four names, more in a second that the table leads to."""
    size = 512
    header = bytearray(size)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = bytearray(struct.pack("<128I", *[0xFFFFFFFE] * 128))
    sectors = [names[at : at + 4] for at in range(0, len(names), 4)]
    for number in range(len(sectors) - 1):
        struct.pack_into("<I", table, 4 * (number + 1), number + 2)
    directory = b""
    for sector in sectors:
        entries = b"".join(
            name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2) + bytes(62)
            for name in sector
        )
        directory += entries.ljust(size, b"\0")
    return bytes(header + table) + directory


DOCX = office.docx(office.paragraph(("a", None)))
MACROS = {"word/vbaProject.bin": b"x"}
KINDS = {
    "empty": (b"", media.EMPTY),
    "pdf": (hostile.paper("a"), media.PDF),
    "pdf_after_lines": (b"\n\n" + hostile.paper("a"), media.PDF),
    "png": (picture("PNG"), media.PNG),
    "jpeg": (picture("JPEG"), media.JPEG),
    "tiff": (picture("TIFF"), media.TIFF),
    "gif": (picture("GIF"), media.GIF),
    "webp": (picture("WEBP"), media.WEBP),
    "docx": (DOCX, media.DOCX),
    "docx_cut": (DOCX[:-300], media.DOCX),
    "docm": (office.docx("", more=MACROS), media.DOCM),
    "xlsx": (office.workbook([[1]]), media.XLSX),
    "xlsb": (office.packed({office.TYPES: "", "xl/workbook.bin": ""}), media.XLSB),
    "xlsm": (office.packed({office.TYPES: "", "xl/workbook.xml": "", "xl/vbaProject.bin": ""}), media.XLSM),
    "pptx": (office.pptx([[("a", None)]]), media.PPTX),
    "odt": (office.opendocument("text", ""), media.ODT),
    "zip": (office.packed({"a.txt": "a"}), media.ZIP),
    "zip_of_a_docx": (office.packed({"công văn.docx": DOCX, "word/notes.txt": "a"}), media.ZIP),
    "zip_nothing": (b"PK\x03\x04nothing", media.ZIP),
    "doc": (ole("Root Entry", "Data", "1Table", "CompObj", "WordDocument"), media.DOC),
    "xls": (ole("Root Entry", "Workbook"), media.XLS),
    "ppt": (ole("Root Entry", "PowerPoint Document"), media.PPT),
    "sealed": (ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), media.SEALED),
    "ole": (ole("Root Entry", "Anything"), media.OLE),
    "ole_cut": (ole("Root Entry")[:100], media.OLE),
    "ole_ring": (
        ole(*["Root Entry"] * 8).replace(struct.pack("<2I", 2, 0xFFFFFFFE), struct.pack("<2I", 2, 1)),
        media.OLE,
    ),
    "rtf": (b"{\\rtf1\\ansi a}", media.RTF),
    "html": (hostile.HTML, media.HTML),
    "html_after_comment": (b"\xef\xbb\xbf <!-- a\nb --><?xml version='1.0'?><HTML>", media.HTML),
    "letter": (b"Received: a\nFrom: b\nSubject: c\n\nd", media.EML),
    "text_like_a_letter": ("Subject: một dòng\nrồi thôi".encode(), media.TEXT),
    "text_long": ("Đ".encode() * 4000, media.TEXT),
    "text_long_odd": (b"a" + "Đ".encode() * 4000, media.TEXT),
    "text_utf16": ("Điều 1".encode("utf-16"), media.TEXT),
    "text_utf16_unmarked": ("Điều 1. Phạm vi".encode("utf-16-be"), media.TEXT),
    "text_windows": (windows("Tỉnh đoàn"), media.TEXT),
    "program": (b"MZ\x90\x00\x03" + bytes(60), media.UNKNOWN),
    "noughts": (bytes(5000), media.UNKNOWN),
    "all_bytes": (bytes(range(256)), media.UNKNOWN),
    "no_utf16": (b"\xff\xfe\xfd", media.UNKNOWN),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_type_is_told_by_content(name):
    data, kind = KINDS[name]
    file = io.BytesIO(data)
    file.seek(1)
    assert media.media_type(file) == kind
    assert file.tell() == 1


@pytest.mark.parametrize("seed", range(40))
def test_spoiled_heads_never_raise(seed):
    for data, _kind in KINDS.values():
        if len(data) > 20:
            assert media.media_type(io.BytesIO(hostile.flipped(data, seed, bits=10))).count("/") == 1
