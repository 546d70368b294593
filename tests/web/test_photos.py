"""The photo of a member: who sees it, what is taken for one, what is left of it."""

import io
import struct
import zlib

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from documents.database import Database
from ecabinet.audit import AuditEntry
from ecabinet.registry import photos
from ecabinet.registry.history_models import MemberPhoto
from tests import archive
from tests.web.conftest import Site


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 700), colour: str = "navy", mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "lives in Hue"  # ImageDescription
    exif[0x0112] = 6  # lying on its side
    Image.new(mode, size, colour).save(file, kind, **({"exif": exif} if kind == "JPEG" else {}))
    return file.getvalue()


def bring(site: Site, content: bytes, by: str = "administrator", name: str = "anh.jpg") -> TestResponse:
    member = site.scene.office.members["first"]
    return site.as_(by).post(f"/members/{member}/photo", {"photo": (io.BytesIO(content), name)})


def address(site: Site) -> str:
    return f"/members/{site.scene.office.members['first']}/photo"


def kept(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(MemberPhoto.sha256)))


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P")]
)
def test_becomes_a_jpeg_of_one_size_without_what_it_told(site: Site, kind: str, mode: str) -> None:
    answer = bring(site, picture(kind, mode=mode, colour="navy" if mode != "CMYK" else "#ffff00"), name="tuỳ ý.txt")
    assert answer.status_code == 303, answer.text
    shown = site.as_("administrator").get(address(site))
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert b"Hue" not in shown.data
    with Image.open(io.BytesIO(shown.data)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (600, 800), "RGB")
        assert not dict(image.getexif())


def test_who_sees_it(site: Site) -> None:
    bring(site, picture())
    statuses = {name: site.as_(name).get(address(site)).status_code for name in ("administrator", "first", "second")}
    assert statuses == {"administrator": 200, "first": 200, "second": 404}
    assert site.as_("stranger").get(address(site)).status_code == 404
    assert site.anybody().get(address(site)).status_code == 303
    shown = site.as_("first").get(address(site))
    assert "no-cache" in shown.headers["Cache-Control"]
    assert site.as_("first").get(address(site), If_None_Match=shown.headers["ETag"]).status_code == 304
    assert site.as_("second").get(address(site), If_None_Match=shown.headers["ETag"]).status_code == 404


def test_who_may_bring_one(site: Site) -> None:
    for name in ("first", "second", "stranger"):
        assert bring(site, picture(), by=name).status_code == 404
        assert site.as_(name).post(address(site) + "/remove").status_code == 404
    assert kept(site.database) == []


def bomb() -> bytes:
    """A PNG of a few bytes that says it has ten thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7", "Chỉ nhận ảnh JPEG hoặc PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Chỉ nhận ảnh JPEG hoặc PNG"),
        (picture("GIF"), "Chỉ nhận ảnh JPEG hoặc PNG"),
        (picture()[:300], "hỏng"),
        (picture("PNG")[:60], "hỏng"),
        (bomb(), "quá nhiều điểm ảnh"),
        (b"", "Chỉ nhận ảnh JPEG hoặc PNG"),
    ],
    ids=["pdf", "svg", "gif", "cut jpeg", "cut png", "bomb", "empty"],
)  # fmt: skip
def test_what_is_no_photo(site: Site, content: bytes, words: str) -> None:
    answer = bring(site, content)
    assert answer.status_code in (409, 413, 422)
    assert words in answer.text
    assert kept(site.database) == []


def test_too_many_bytes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "LARGEST", 1000)
    answer = bring(site, picture("PNG") + bytes(1000))
    assert (answer.status_code, "Ảnh quá lớn" in answer.text) == (409, True)
    assert kept(site.database) == []


def test_no_file_at_all(site: Site) -> None:
    assert site.as_("administrator").post(address(site)).status_code == 422


def test_replaced_and_removed_leave_no_bytes(site: Site) -> None:
    blobs = site.app.extensions["ecabinet"].engines.blobs
    bring(site, picture())
    first = kept(site.database)[0]
    bring(site, picture())  # the same again: nothing happens
    bring(site, picture(colour="maroon"))
    second = kept(site.database)[0]
    assert (blobs.exists(first), blobs.exists(second)) == (False, True)
    assert site.as_("administrator").post(address(site) + "/remove").status_code == 303
    assert site.as_("administrator").post(address(site) + "/remove").status_code == 303
    assert not blobs.exists(second)
    assert site.as_("administrator").get(address(site)).status_code == 404
    with site.database.reading() as db:
        actions = list(
            db.scalars(
                select(AuditEntry.action).where(AuditEntry.action.startswith("member_photo")).order_by(AuditEntry.id)
            )
        )
    assert actions == ["member_photo", "member_photo", "member_photo_removed"]


def test_the_same_picture_of_two_members_stays_until_both_are_gone(site: Site) -> None:
    blobs = site.app.extensions["ecabinet"].engines.blobs
    bring(site, picture())
    sha256 = kept(site.database)[0]
    second = site.scene.office.members["second"]
    site.as_("administrator").post(f"/members/{second}/photo", {"photo": (io.BytesIO(picture()), "a.jpg")})
    site.as_("administrator").post(address(site) + "/remove")
    assert blobs.exists(sha256)
    site.as_("administrator").post(f"/members/{second}/photo/remove")
    assert not blobs.exists(sha256)


def test_a_photo_that_somebody_put_into_the_archive_stays_there(site: Site) -> None:
    engines = site.app.extensions["ecabinet"].engines
    bring(site, picture())
    sha256 = kept(site.database)[0]
    archive.put_in(site.database, engines.blobs, site.scene.office, content=b"".join(engines.blobs.open(sha256)))
    site.as_("administrator").post(address(site) + "/remove")
    assert kept(site.database) == []
    assert engines.blobs.exists(sha256)


def test_it_is_on_the_page_and_on_the_card(site: Site) -> None:
    member = site.scene.office.members["first"]
    bring(site, picture())
    for page in (f"/members/{member}", f"/members/{member}/card"):
        assert f"/members/{member}/photo?v=" in site.as_("first").get(page).text
