"""The exchange and the mailbox as people and partners use them."""

import base64
import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from ecabinet.exchange import routes
from ecabinet.exchange.models import ExchangeMessage, ExchangePartner
from ecabinet.mailbox.models import Mailbox
from ecabinet.office.document_models import OfficeDocument
from tests.exchange.house import pem
from tests.exchange.packages import OURS, SENDER, attachment, identity, package, signed, unsigned
from tests.office_people import grant_roles
from tests.web.conftest import Site

ADDRESS = "/exchange/receive"


@pytest.fixture
def site(make_site: Callable[..., Site], tmp_path: Path) -> Site:
    """A centre with its code and one partner, as its administrator sets them up."""
    site = make_site()
    with site.database.writing() as db:
        grant_roles(db, site.scene.office)
    admin = site.as_("administrator")
    assert admin.post("/office/exchange/code", {"organ_code": OURS.organ_id}).status_code == 303
    form = {
        "name": SENDER.name, "organ_code": SENDER.organ_id, "url": "https://lt.example.vn/x", "token": "theirs",
        "certificate": pem(identity(tmp_path)),
    }  # fmt: skip
    assert admin.post("/office/exchange/partners", form).status_code == 303
    return site


@pytest.fixture
def token(site: Site) -> str:
    page = site.as_("administrator").post("/office/exchange/partners/1/token").get_data(as_text=True)
    made = page.partition("<code>")[2].partition("</code>")[0]
    assert len(made) > 30
    assert made not in site.as_("administrator").get("/office/exchange/partners").get_data(as_text=True)
    return made


def post(site: Site, token: str, content: bytes, **headers: str) -> TestResponse:
    """As a partner's machine posts: no session, no CSRF token."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {"Authorization": f"Bearer {token}", "Accept": "application/json"} | named
    return site.app.test_client().post(ADDRESS, data=content, headers=given, content_type="application/xml")


def documents(site: Site) -> list[OfficeDocument]:
    with site.database.reading() as db:
        return list(db.scalars(select(OfficeDocument)))


def test_from_a_partner_to_the_register(site: Site, token: str, tmp_path: Path) -> None:
    content = signed(package(attachment(), attachment("phu-luc.txt", b"mot hai ba", "file-2")), identity(tmp_path))
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    answer = post(site, token, content, Content_Digest=f"sha-256=:{digest}:")
    assert (answer.status_code, answer.get_json()) == (200, {"ok": True, "status": "01", "known": False})
    assert post(site, token, content).get_json()["known"] is True
    (doc,) = documents(site)
    clerk = site.as_("first")
    page = clerk.get(f"/office/documents/{doc.id}/entry").get_data(as_text=True)
    assert "Ủy ban nhân dân tỉnh Nghệ An (000.00.00.H41)" in page
    assert 'value="QĐ-UBND"' in page
    assert "Theo gói liên thông" in page
    log = clerk.get("/office/exchange").get_data(as_text=True)
    assert "Chữ ký số hợp lệ" in log
    kept = clerk.get(f"/office/documents/{doc.id}/files/1")
    assert (kept.data, kept.headers["Content-Disposition"][:10]) == (b"mot hai ba", "attachment")
    assert site.as_("stranger").get(f"/office/documents/{doc.id}/files/1").status_code == 404
    assert clerk.get(f"/office/documents/{doc.id}/files/2").status_code == 404


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Basic x", "Bearer sai-mã-é"])
def test_without_the_token_nothing_is_read(site: Site, authorization: str) -> None:
    answer = post(site, "", unsigned(package()), Authorization=authorization.encode().decode("latin-1"))
    assert (answer.status_code, answer.get_json()["error"]) == (401, "partner_unknown")
    assert documents(site) == []


def test_a_partner_at_rest_is_nobody(site: Site, token: str) -> None:
    form = {"name": SENDER.name, "organ_code": SENDER.organ_id}
    assert site.as_("administrator").post("/office/exchange/partners/1", form).status_code == 303
    assert post(site, token, unsigned(package())).status_code == 401


def test_refusals_have_names(site: Site, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = unsigned(package())
    wrong = post(site, token, content, Content_Digest=f"sha-256=:{base64.b64encode(bytes(32)).decode()}:")
    assert (wrong.status_code, wrong.get_json()["error"]) == (409, "package_digest")
    assert post(site, token, content, Content_Digest="sha-256=:?:").get_json()["error"] == "package_digest"
    with monkeypatch.context() as small:
        small.setattr(routes, "MOST_BYTES", 100)
        too_large = post(site, token, content)
        assert (too_large.status_code, too_large.get_json()["error"]) == (413, "package_too_large")
    hostile = b'<!DOCTYPE x [<!ENTITY a "b">]><edXML>&a;</edXML>'
    answer = post(site, token, hostile)
    assert (answer.status_code, answer.get_json()["error"]) == (409, "package_doctype")
    assert "DOCTYPE" in site.as_("first").get("/office/exchange?faulty=1").get_data(as_text=True)
    assert documents(site) == []


def test_a_clerk_brings_a_package_by_hand(site: Site) -> None:
    content = unsigned(package())
    form: dict[str, object] = {"file": (io.BytesIO(content), "van-ban.edxml")}
    assert site.as_("stranger").post("/office/exchange/upload?unit=1", form).status_code == 404
    clerk = site.as_("first")
    assert clerk.post("/office/exchange/upload", {"file": (io.BytesIO(content), "van-ban.edxml")}).status_code == 303
    assert len(documents(site)) == 1
    clerk.post("/office/exchange/upload", {"file": (io.BytesIO(content), "van-ban.edxml")})
    assert "được tiếp nhận trước đó" in clerk.get("/office/exchange").get_data(as_text=True)
    for wrong in ({}, {"file": (io.BytesIO(b"%PDF-1.4"), "x.edxml")}):
        assert clerk.post("/office/exchange/upload", wrong).status_code == 422


def test_the_package_as_it_travelled_is_for_administrators_and_on_record(site: Site, token: str) -> None:
    content = unsigned(package())
    post(site, token, content)
    assert site.as_("first").get("/office/exchange/1/package").status_code == 404
    kept = site.as_("administrator").get("/office/exchange/1/package")
    assert kept.data == content
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert site.as_("first").post("/office/exchange/1/retry").status_code == 409
    assert site.as_("stranger").post("/office/exchange/1/retry").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("organ_code", "H41"), ("url", "http://lt.example.vn/"), ("certificate", "không phải"),
     ("token", "mã-é"), ("name", "x" * 201), ("organ_code", SENDER.organ_id)],
    ids=["nameless", "code", "url", "certificate", "token", "long", "known"],
)  # fmt: skip
def test_wrong_partners_are_shown_again(site: Site, field: str, value: str) -> None:
    form = {"name": "Sở Nội vụ", "organ_code": "000.00.07.H41"} | {field: value}
    page = site.as_("administrator").post("/office/exchange/partners", form)
    assert page.status_code == 422
    assert 'class="fault"' in page.get_data(as_text=True)


def test_the_pages_of_administrators_are_theirs(site: Site) -> None:
    for name in ("first", "leader", "stranger", "secretary"):
        assert site.as_(name).get("/office/exchange/partners?unit=1").status_code in (403, 404)
        assert site.as_(name).post("/office/exchange/partners/1", {"name": "x"}).status_code == 404
        assert site.as_(name).post("/office/exchange/code?unit=1", {"organ_code": OURS.organ_id}).status_code == 404
    with site.database.reading() as db:
        assert db.get_one(ExchangePartner, 1).token_sealed != b"theirs"
        assert db.scalars(select(ExchangeMessage)).all() == []
    page = site.as_("administrator").post("/office/exchange/code", {"organ_code": "sai"})
    assert (page.status_code, "000.00.00.H41" in page.get_data(as_text=True)) == (422, True)


def test_the_mailbox_is_set_by_administrators_and_seen_by_clerks(site: Site) -> None:
    form: dict[str, object] = {"address": "imaps://vanthu@thu.example.vn", "password": "bí-mật-hộp-thư", "active": "1"}
    assert site.as_("first").post("/office/mailbox?unit=1", form).status_code == 404
    admin = site.as_("administrator")
    assert admin.post("/office/mailbox", form | {"password": ""}).status_code == 422
    assert admin.post("/office/mailbox", form | {"address": "http://x"}).status_code == 422
    assert admin.post("/office/mailbox", form).status_code == 303
    page = admin.get("/office/mailbox").get_data(as_text=True)
    assert ("imaps://vanthu@thu.example.vn" in page, "bí-mật-hộp-thư" in page) == (True, False)
    clerk = site.as_("first").get("/office/mailbox").get_data(as_text=True)
    assert 'name="password"' not in clerk
    with site.database.reading() as db:
        assert db.scalars(select(Mailbox)).one().active
