"""What the signatures of a file say, and one's own certificate: pages for those who may, refusals with their names."""

import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from werkzeug.test import TestResponse

from documents.media import PDF
from documents.models import Version
from ecabinet.registry.rules import FAILURES_PER_LOGIN
from ecabinet.signing.models import MemberCertificate
from tests import archive
from tests.authority import PASSWORD, issue, key_of, name, p12, root
from tests.signing.conftest import Way, way
from tests.web.conftest import CSRF, Site

__all__ = ["way"]
FIRST = "Nguyễn Thị First"
KEY = key_of("first")


def send(site: Site, who: str, path: str, **fields: object) -> TestResponse:
    return site.as_(who).client.post(
        path, data=fields, headers={"X-CSRF-Token": CSRF}, content_type="multipart/form-data"
    )


def pdf(data: bytes, filename: str = "quyet-dinh.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), filename


def key_file(holder: str = FIRST) -> tuple[io.BytesIO, str]:
    return io.BytesIO(p12(issue(name(CN=holder, O="Trung ương Đoàn"), KEY), KEY)), "khoa.p12"


def kept(site: Site) -> list[MemberCertificate]:
    with site.database.reading() as db:
        return list(db.scalars(select(MemberCertificate).order_by(MemberCertificate.id)))


# ------------------------------------------------------------------ the signatures of a file


def test_a_file_that_is_brought_is_told_of_and_kept_nowhere(site: Site, way: Way) -> None:
    page = send(site, "stranger", "/signatures", file=pdf(way.sealed)).text
    assert "Nội dung còn nguyên như khi ký" in page
    assert "1. Nguyễn Thị Hằng" in page
    assert "2. Con dấu" in page
    assert "số <b>245</b>" in page
    assert "Đã có thêm 1 chữ ký." in page
    assert "Nơi cấp chưa được tin cậy" in page
    with site.database.reading() as db:
        assert db.scalars(select(Version).where(Version.sha256 != "")).all() == []


def test_the_file_as_it_was_when_it_was_signed(site: Site, way: Way) -> None:
    answer = send(site, "first", "/signatures/signed/1", file=pdf(way.sealed))
    assert answer.data == way.signed
    assert "quyet-dinh-1.pdf" in answer.headers["Content-Disposition"]
    assert send(site, "first", "/signatures/signed/3", file=pdf(way.sealed)).status_code == 404


def test_altered_unsigned_and_broken_files(site: Site, way: Way) -> None:
    page = send(site, "first", "/signatures", file=pdf(way.signed + b"% them")).text
    assert "Có nội dung nối thêm sau phần đã ký." in page
    assert "Không dùng tệp này" in page
    assert "Tệp này không có chữ ký số" in send(site, "first", "/signatures", file=pdf(way.plain)).text
    answer = send(site, "first", "/signatures", file=pdf(b"xin chao"))
    assert answer.status_code == 422
    assert "Không đọc được tệp này" in answer.text
    assert send(site, "first", "/signatures").status_code == 422


def test_a_version_kept_here_for_those_who_may_read_it(site: Site, way: Way) -> None:
    engines = site.app.extensions["ecabinet"].engines
    document = archive.put_in(site.database, engines.blobs, site.scene.office, unit="hue", content=way.sealed)
    with site.database.writing() as db:
        kept_version = db.scalars(select(Version).where(Version.document_id == document)).one()
        kept_version.media_type, version = PDF, kept_version.id
    path = f"/signatures/versions/{version}"
    assert "1. Nguyễn Thị Hằng" in site.as_("administrator").get(path).text
    assert site.as_("administrator").get(f"{path}/signed/1").data == way.signed
    assert site.as_("stranger").get(path).status_code == 404
    assert site.as_("stranger").get(f"/signatures/documents/{document}").status_code == 404
    assert "2. Con dấu" in site.as_("administrator").get(f"/signatures/documents/{document}").text
    assert site.as_("stranger").get(f"{path}/signed/1").status_code == 404
    assert site.as_("administrator").get("/signatures/versions/99999").status_code == 404


def test_trusted_by_the_folder_of_the_installation(make_site, tmp_path: Path, way: Way) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "trusted"
    folder.mkdir()
    (folder / "root.pem").write_bytes(root().public_bytes(Encoding.PEM))
    page = send(make_site({"TRUST_CERTS": str(folder)}), "first", "/signatures", file=pdf(way.sealed)).text
    assert "mọi chứng thư đều tin cậy" in page


# ------------------------------------------------------------------ one's own certificate


def test_a_key_file_is_kept_and_shown(site: Site) -> None:
    assert "Đồng chí chưa có chứng thư số" in site.as_("first").get("/me/certificate").text
    assert send(site, "first", "/me/certificate", file=key_file(), password=PASSWORD).status_code == 303
    page = site.as_("first").get("/me/certificate").text
    assert FIRST in page
    assert "Cơ quan chứng thực thử nghiệm" in page
    assert PASSWORD not in page
    assert "Đồng chí chưa có chứng thư số" in site.as_("second").get("/me/certificate").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "sai"}, "để mở khóa ký không đúng"),
        ({"password": ""}, "để mở khóa ký không đúng"),
        ({"file": (io.BytesIO(b"khong phai"), "a.p12")}, "để mở khóa ký không đúng"),
        ({"file": (io.BytesIO(b""), "")}, "chưa được nhập"),
    ],
    ids=["wrong", "none", "nonsense", "no-file"],
)
def test_a_key_file_that_does_not_open(site: Site, fields: dict[str, object], said: str) -> None:
    answer = send(site, "first", "/me/certificate", **({"file": key_file(), "password": PASSWORD} | fields))
    assert answer.status_code == 422
    assert said in answer.text
    assert kept(site) == []


def test_passwords_are_not_tried_for_ever(site: Site) -> None:
    for _ in range(FAILURES_PER_LOGIN):
        send(site, "first", "/me/certificate", file=key_file(), password="sai")
    answer = send(site, "first", "/me/certificate", file=key_file(), password=PASSWORD)
    assert "thử lại sau 15 phút" in answer.text
    assert kept(site) == []


def test_somebody_elses_waits_for_the_administrator_of_the_unit(site: Site) -> None:
    send(site, "second", "/me/certificate", file=key_file("Trần Văn Ba"), password=PASSWORD)
    assert "Chưa ký được" in site.as_("second").get("/me/certificate").text
    (held,) = kept(site)
    assert "Trần Văn Ba" in site.as_("administrator").get("/certificates").text
    path = f"/certificates/{held.id}/confirm"
    for who in ("first", "second", "stranger", "leader"):
        assert site.as_(who).post(path, {"reason": "x"}).status_code == 404
    assert site.as_("administrator").post(path, {"reason": ""}).status_code == 422
    assert site.as_("administrator").post(path, {"reason": "Đã đối chiếu"}).status_code == 303
    assert site.as_("administrator").post(path, {"reason": "Lại"}).status_code == 404
    assert "Đã đối chiếu" in site.as_("second").get("/me/certificate").text


def test_a_picture_of_the_hand(site: Site) -> None:
    send(site, "first", "/me/certificate", file=key_file(), password=PASSWORD)
    assert site.as_("first").get("/me/certificate/picture.png").status_code == 404
    drawn = Path("static/img/icon-192.png").read_bytes()
    assert send(site, "first", "/me/certificate/picture", picture=(io.BytesIO(drawn), "a.png")).status_code == 303
    answer = site.as_("first").get("/me/certificate/picture.png")
    assert answer.data.startswith(b"\x89PNG")
    assert site.as_("second").get("/me/certificate/picture.png").status_code == 404
    for data in (b"GIF89a", b"\x89PNG broken"):
        assert send(site, "first", "/me/certificate/picture", picture=(io.BytesIO(data), "a.png")).status_code == 422
    assert site.as_("first").post("/me/certificate/picture").status_code == 303
    assert site.as_("first").get("/me/certificate/picture.png").status_code == 404


def test_taken_away_the_key_is_gone(site: Site) -> None:
    assert site.as_("first").post("/me/certificate/remove").status_code == 404
    send(site, "first", "/me/certificate", file=key_file(), password=PASSWORD)
    assert site.as_("first").post("/me/certificate/remove").status_code == 303
    assert [held.sealed for held in kept(site)] == [None]


def test_keys_elsewhere_only_where_the_installation_has_such(site: Site) -> None:
    assert "Khóa ở nơi khác" not in site.as_("first").get("/me/certificate").text
    for form in ({"kind": "service", "reference": "x"}, {"kind": "file", "reference": "x"}, {"kind": "device"}):
        assert site.as_("first").post("/me/certificate/elsewhere", form).status_code == 422
