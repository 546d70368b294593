"""Pictures of first pages: of papers and of pictures, whatever their shape; and what the check notes of a file."""

import io
import zipfile
from dataclasses import replace

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from documents import media, previews, safety
from documents.children import LIMITS
from documents.errands import ErrandFailed
from documents.rules import RenditionKind
from tests.factories import hostile

SOON = replace(LIMITS, seconds=20, memory=512 * hostile.MIB)


LAID_ON_ITS_SIDE = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"


def picture(width: int, height: int, mode: str = "RGB", form: str = "PNG", **saved) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), "red").save(out, form, **saved)
    return out.getvalue()


@pytest.fixture
def draw(tmp_path):
    def draw(data: bytes, media_type: str) -> dict[RenditionKind, Image.Image]:
        path = tmp_path / "file"
        path.write_bytes(data)
        made = previews.draw(path, media_type, SOON)
        return {one.kind: Image.open(io.BytesIO(one.path.read_bytes())) for one in made}

    return draw


def test_a_paper(draw):
    made = draw(hostile.paper("Tờ trình", "hai"), media.PDF)
    assert {kind: image.size for kind, image in made.items()} == {"preview": (400, 566), "thumbnail": (160, 226)}
    darkest, lightest = made[RenditionKind.PREVIEW].convert("L").getextrema()
    assert darkest < 128 < lightest  # there is something on it


def test_what_stands_in_a_field_is_seen(draw):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 400))
    canvas.drawString(10, 10, "Số:")
    canvas.acroForm.textfield(value="245", x=0, y=200, width=400, height=100, fontSize=72, borderWidth=0)
    canvas.save()
    shown = draw(out.getvalue(), media.PDF)[RenditionKind.PREVIEW].convert("L").crop((0, 100, 400, 200))
    assert shown.getextrema()[0] < 128


@pytest.mark.parametrize(
    ("data", "kind", "size"),
    [
        (picture(1000, 500), "image/png", (400, 200)),
        (picture(300, 3000), "image/png", (400, 800)),
        (picture(50, 50, "P", "GIF"), "image/gif", (400, 400)),
        (picture(4000, 3000, form="JPEG", exif=LAID_ON_ITS_SIDE), "image/jpeg", (400, 533)),
    ],
    ids=["wide", "tall", "small", "turned"],
)  # fmt: skip
def test_a_picture(draw, data, kind, size):
    assert draw(data, kind)[RenditionKind.PREVIEW].size == size


def test_what_shows_through_is_shown_on_white(draw):
    out = io.BytesIO()
    Image.new("RGBA", (100, 100), (255, 0, 0, 0)).save(out, "PNG")
    assert draw(out.getvalue(), "image/png")[RenditionKind.THUMBNAIL].convert("RGB").getpixel((5, 5)) == (255,) * 3


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (hostile.flate_bomb(), media.PDF),
        (hostile.no_pages(), media.PDF),
        (hostile.encrypted("mật khẩu"), media.PDF),
        (picture(300, 300)[:200], "image/png"),
        (picture(12_000, 12_000, "1"), "image/png"),
        (b"not one", "image/tiff"),
    ],
    ids=["bomb", "pageless", "locked", "cut", "huge", "text"],
)
def test_what_cannot_be_drawn_is_named(draw, data, kind):
    with pytest.raises(ErrandFailed):
        draw(data, kind)


def _zip(name: str, data: bytes, *, encrypted: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, data)
    listed = b"PK\x01\x02\x14\x03\x14\x00"
    # The flag of an encrypted part, in the list at the end.
    return out.getvalue().replace(listed + b"\x00", listed + b"\x01") if encrypted else out.getvalue()


def _catalogue(more: bytes) -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return hostile.raw_pdf(b"<< /Type /Catalog /Pages 2 0 R " + more + b" >>", hostile.ONE_PAGE, page)


@pytest.mark.parametrize(
    ("data", "kind", "notes"),
    [
        (hostile.paper("sạch"), media.PDF, set()),
        (_catalogue(b"/OpenAction << /S /JavaScript /JS (x) >>"), media.PDF, {"scripts"}),
        (_catalogue(b"/AA << /WC << /S /JavaScript /JS (x) >> >>"), media.PDF, {"scripts"}),
        (hostile.encrypted("mật khẩu"), media.PDF, {"password"}),
        (hostile.encrypted(""), media.PDF, {"locked"}),
        (hostile.deep_tree(), media.PDF, {"unchecked"}),
        (_zip("word/vbaProject.bin", b"x"), media.DOCX, {"macros"}),
        (_zip("word/document.xml", b"x", encrypted=True), media.DOCX, {"password"}),
        (hostile.zip_bomb(), media.DOCX, {"bomb"}),
        (b"PK\x03\x04 cut short", media.ZIP, {"unchecked"}),
        (safety.OLE + "EncryptedPackage".encode("utf-16-le"), media.UNKNOWN, {"password"}),
        (safety.OLE + "_VBA_PROJECT".encode("utf-16-le"), media.UNKNOWN, {"macros"}),
        (b"plain", media.TEXT, set()),
    ],
    ids=[
        "clean", "opening", "closing", "password", "locked", "deep", "macros", "sealed", "bomb", "cut", "old-sealed",
        "old-macros", "text",
    ],
)  # fmt: skip
def test_what_there_is_to_be_wary_of(tmp_path, data, kind, notes):
    path = tmp_path / "file"
    path.write_bytes(data)
    assert set(safety.inspect(path, kind, SOON).notes) == notes
