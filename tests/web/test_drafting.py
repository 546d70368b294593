"""The pages of drafting, from the idea to the signature: by official, colleague and leader, without a script."""

import io
import re
from collections.abc import Callable

import pypdfium2
import pytest
from docx import Document
from sqlalchemy import select

from documents.models import Version
from documents.queries import newest_version
from ecabinet.clock import now
from ecabinet.drafting.models import OfficeDraft
from ecabinet.office import series
from ecabinet.office.document_models import OfficeDocument
from ecabinet.registry.models import Member, Unit
from ecabinet.signing import members
from ecabinet.signing.certificate_rules import Belongs
from tests import authority
from tests.office_people import grant_roles
from tests.web.conftest import Asker, Site


@pytest.fixture
def office(make_site: Callable[..., Site]) -> Site:
    site = make_site()
    with site.database.writing() as db:
        grant_roles(db, site.scene.office)
        series.issuer_of(db, db.get_one(Unit, site.scene.office.units["centre"])).notation = "TWĐTN"
    return site


def form(site: Site, **changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "type_code": "CV", "subject": "phối hợp tổ chức Tháng Thanh niên", "addressees": "Các tỉnh, thành đoàn",
        "body": "Ban Thường vụ đề nghị các đồng chí quan tâm, chỉ đạo thực hiện.", "recipients": "Như trên\nLưu: VT",
        "signer_id": site.scene.office.members["leader"], "position": "Bí thư", "authority": "behalf",
        "authority_of": "Ban Thường vụ", "place": "Hà Nội", "drafter": "VP",
    }  # fmt: skip
    return values | changes


def begin(site: Site, who: str = "chair", **changes: object) -> str:
    """A draft; the address of its page."""
    answer = site.as_(who).post("/office/drafts/new", form(site, **changes))
    assert answer.status_code == 303, re.findall(r'class="fault"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    return str(answer.location)


def drafts(place: str) -> str:
    return place.replace("/documents/", "/drafts/")


def content(site: Site, place: str) -> bytes:
    """The newest file."""
    with site.database.reading() as db:
        doc = db.get_one(OfficeDocument, int(place.rsplit("/", 1)[1]))
        version = newest_version(db, doc.document_id)
        assert version is not None
    path = f"/papers/{version.document_id}/versions/{version.id}/content?download=1"
    answer = site.as_("chair").get(path)
    assert answer.status_code == 200
    return answer.data


def changed(file: bytes, old: str, new: str) -> bytes:
    """As if somebody had changed it in a word processor."""
    document = Document(io.BytesIO(file))
    for text in document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"):
        text.text = (text.text or "").replace(old, new)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def put(asker: Asker, place: str, file: bytes, name: str = "sua.docx") -> int:
    return asker.post(f"{drafts(place)}/file", {"file": (io.BytesIO(file), name)}).status_code


def test_from_the_idea_to_the_signature(office: Site) -> None:
    official, colleague, leader = (office.as_(name) for name in ("chair", "secretary", "leader"))
    members = office.scene.office.members
    assert "Công văn" in official.get("/office/drafts/new").text
    assert 'name="subject"' in official.get("/office/drafts/new?type=CV").text
    place = begin(office)
    page = official.get(place).text
    assert "Đủ các thành phần thể thức" in page
    assert place in official.get("/office/drafts").text
    asked = {"whom": members["secretary"], "due_on": "2099-01-01"}
    assert official.post(f"{drafts(place)}/consult", asked).status_code == 303
    assert "Chờ đồng chí góp ý" in colleague.get("/office/drafts").text
    assert colleague.post(f"{drafts(place)}/comment", {"text": "Nên nêu rõ thời hạn"}).status_code == 303
    assert "Chờ đồng chí góp ý" not in colleague.get("/office/drafts").text
    comment = re.search(r"/comments/\d+", official.get(place).text)
    assert comment is not None
    assert official.post(drafts(place) + comment[0], {"answer": "Tiếp thu"}).status_code == 303
    out = official.post(f"{drafts(place)}/out")
    assert out.status_code == 303
    assert "/content" in str(out.location)
    assert put(official, place, changed(content(office, place), "chỉ đạo", "tập trung chỉ đạo")) == 303
    assert "Kiểm tra thể thức" in official.get(f"{drafts(place)}/submit").text
    assert official.post(f"{drafts(place)}/submit", {"reviewer": members["secretary"]}).status_code == 303
    assert "Chờ đồng chí xem xét" in colleague.get(place).text
    assert colleague.post(f"{drafts(place)}/do/approve").status_code == 303
    assert "Chờ đồng chí ký" in leader.get("/office/drafts").text
    assert "chứng thư của hệ thống thay cho đồng chí" in leader.get(f"{drafts(place)}/sign").text
    assert leader.post(f"{drafts(place)}/sign").status_code == 303
    page = leader.get(place).text
    assert "Đã ký" in page
    assert "Ký bằng chứng thư của hệ thống thay cho đồng chí" in page
    signed = content(office, place)
    text = pypdfium2.PdfDocument(signed)[0].get_textpage().get_text_range()
    assert "tập trung chỉ đạo" in text
    assert "TM. BAN THƯỜNG VỤ" in text
    assert b"/ByteRange" in signed


def test_a_draft_is_its_drafters_alone(office: Site) -> None:
    place = begin(office)
    for who in ("stranger", "leader", "first", "second", "administrator"):
        assert office.as_(who).get(place).status_code == 404, who
        assert office.as_(who).get(f"{drafts(place)}/edit").status_code == 404, who
        assert office.as_(who).post(f"{drafts(place)}/do/discard", {"reason": "x"}).status_code == 404, who


def test_who_does_not_draft_begins_nothing(office: Site) -> None:
    for who in ("administrator", "third"):
        assert office.as_(who).get("/office/drafts/new").status_code == 403
        assert office.as_(who).post("/office/drafts/new", form(office)).status_code == 403
    assert office.as_("third").get("/office/drafts").status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("subject", ""), ("subject", "a" * 501), ("type_code", "Không"), ("authority", "?"), ("signer_id", "999999"),
     ("signer_id", "x"), ("due_on", "31/12"), ("due_on", "2000-01-01"), ("authority_of", ""), ("issuer", "999"),
     ("place", "b" * 101), ("body", "c" * 200_001)],
    ids=["no-subject", "long-subject", "type", "authority", "signer", "signer-word", "day", "past", "behalf", "issuer",
         "place", "body"],
)  # fmt: skip
def test_broken_fields_are_named(office: Site, name: str, value: str) -> None:
    answer = office.as_("chair").post("/office/drafts/new", form(office, **{name: value}))
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_faults_of_the_form_need_a_reason(office: Site) -> None:
    official, place = office.as_("chair"), begin(office)
    assert put(official, place, changed(content(office, place), "ĐOÀN TNCS HỒ CHÍ MINH", "ĐOÀN THANH NIÊN")) == 303
    page = official.get(f"{drafts(place)}/submit").text
    assert "Quốc hiệu, tiêu đề: thiếu" in page
    refused = official.post(f"{drafts(place)}/submit")
    assert refused.status_code == 422
    assert "ghi rõ lý do" in refused.text
    assert official.post(f"{drafts(place)}/submit", {"reason": "Văn bản phối hợp"}).status_code == 303
    assert "Văn bản phối hợp" in office.as_("leader").get(place).text


@pytest.mark.parametrize(("file", "code"), [(b"", 422), (b"not a paper", 422), (b"%PDF-1.4 broken", 422)],
                         ids=["empty", "text", "broken-pdf"])  # fmt: skip
def test_a_file_that_is_no_draft(office: Site, file: bytes, code: int) -> None:
    assert put(office.as_("chair"), begin(office), file) == code


def test_fields_are_kept_apart_from_what_was_changed_by_hand(office: Site) -> None:
    official, place = office.as_("chair"), begin(office)
    assert put(official, place, changed(content(office, place), "quan tâm", "hết sức quan tâm")) == 303
    assert "sửa trong Word" in official.get(f"{drafts(place)}/edit").text
    assert official.post(f"{drafts(place)}/edit", form(office, urgency="urgent")).status_code == 303
    with office.database.reading() as db:
        assert db.scalars(select(OfficeDocument)).one().urgency == "urgent"
        assert len(db.scalars(select(Version.id).where(Version.filename.contains("du-thao"))).all()) == 1
    assert official.post(f"{drafts(place)}/edit", form(office, body="Đề nghị thực hiện.", anew="1")).status_code == 303
    assert content(office, place)[:2] == b"PK"
    with office.database.reading() as db:
        draft = db.scalars(select(OfficeDraft)).one()
        assert draft.content["body"] == "Đề nghị thực hiện."
        assert draft.faults == []


def test_repeated_and_out_of_turn(office: Site) -> None:
    official, leader = office.as_("chair"), office.as_("leader")
    place = begin(office)
    assert official.post(f"{drafts(place)}/submit").status_code == 303
    assert official.post(f"{drafts(place)}/submit").status_code == 409
    assert official.get(f"{drafts(place)}/edit").status_code == 409
    assert leader.post(f"{drafts(place)}/do/approve").status_code == 409  # it is to be signed
    assert official.post(f"{drafts(place)}/sign").status_code == 403
    assert leader.post(f"{drafts(place)}/do/send_back", {"reason": ""}).status_code == 422
    assert leader.post(f"{drafts(place)}/do/send_back", {"reason": "Bổ sung căn cứ"}).status_code == 303
    assert leader.post(f"{drafts(place)}/do/send_back", {"reason": "lại"}).status_code == 403
    assert content(office, place)[:2] == b"PK"
    assert official.post(f"{drafts(place)}/do/unheard").status_code == 404
    assert official.post(f"{drafts(place)}/do/discard", {"reason": "không cần nữa"}).status_code == 303
    assert official.get(place).status_code == 200


def submit(site: Site, who: str = "chair") -> str:
    place = begin(site, who)
    assert site.as_(who).post(f"{drafts(place)}/submit").status_code == 303
    return place


def test_with_a_certificate_of_ones_own(office: Site) -> None:
    leader, place = office.as_("leader"), submit(office)
    holder = authority.signer("Nguyễn Thị Leader")
    file = authority.p12(holder.certificate, authority.key_of("Nguyễn Thị Leader"))
    with office.database.writing() as db:
        member = db.get_one(Member, office.scene.office.members["leader"])
        brought = members.from_file(file, authority.PASSWORD)
        sealer = office.app.extensions["ecabinet"].engines.sealer
        kept = members.bring(db, member, brought, sealer, authority.trust(), now())
        kept.belongs = Belongs.NAME
    assert "Mật khẩu được hỏi mỗi lần ký" in leader.get(f"{drafts(place)}/sign").text
    refused = leader.post(f"{drafts(place)}/sign", {"secret": "sai"})
    assert refused.status_code == 422
    assert "sai" not in re.findall(r'value="([^"]*)"', refused.text)
    assert leader.post(f"{drafts(place)}/sign", {"secret": authority.PASSWORD}).status_code == 303
    assert "chứng thư của hệ thống" not in leader.get(place).text
    assert leader.post(f"{drafts(place)}/sign", {"secret": authority.PASSWORD}).status_code == 403


def test_a_template_of_the_units_own(office: Site) -> None:
    clerk, official = office.as_("first"), office.as_("chair")
    product = official.get(f"/office/templates/{office.scene.office.units['centre']}/TB.docx").data
    upload = {"type_code": "TB", "file": (io.BytesIO(changed(product, "{{ TRICH_YEU }}", "{{ TRICHYEU }}")), "tb.docx")}
    refused = clerk.post("/office/templates", upload)
    assert refused.status_code == 422
    assert "{{ TRICHYEU }}" in refused.text
    own = changed(product, "Nơi nhận:", "Nơi nhận: (mẫu riêng)")
    assert official.post("/office/templates", {"file": (io.BytesIO(own), "tb.docx")}).status_code == 403
    assert clerk.post("/office/templates", {"type_code": "TB", "file": (io.BytesIO(own), "tb.docx")}).status_code == 303
    place = begin(office, type_code="TB", addressees="")
    assert "mẫu riêng" in "".join(p.text for t in Document(io.BytesIO(content(office, place))).tables
                                  for c in t._cells for p in c.paragraphs)  # fmt: skip
    assert clerk.post("/office/templates/1/end").status_code == 303
    assert office.as_("stranger").post("/office/templates/1/end").status_code == 404
