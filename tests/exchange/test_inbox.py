"""Packages that come in: received once, offered in the register, answered as the unit works; recalls too."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from documents.blobs import Blob
from documents.database import Database
from documents.errors import Problem
from ecabinet.access import Role
from ecabinet.exchange import inbox
from ecabinet.exchange.models import ExchangeMessage
from ecabinet.exchange.package_rules import Business, Fault, Organ, Package, StatusCode
from ecabinet.issuing import recalling
from ecabinet.office import incoming, links, origins, routing
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.incoming import Registering
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.routing_models import OfficeEvent
from ecabinet.office.routing_rules import Order, Report, Whom
from ecabinet.office.routing_rules import Role as Part
from ecabinet.registry.models import UnitRole
from tests.exchange.house import Exchange
from tests.exchange.packages import ID, PDF, attachment, header, package, recall, unsigned
from tests.office_people import TODAY, facts
from tests.people import NOW


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Exchange:
    return Exchange(database, tmp_path)


def came(house: Exchange, one: Package | None = None) -> int:
    office_id = house.comes(one or package()).office_id
    assert office_id is not None
    return office_id


def register(house: Exchange, office_id: int) -> None:
    with house.database.writing() as db:
        seen = house.seen(db, office_id)
        incoming.register(db, seen, facts(code_number=str(office_id)), Registering(), house.person(db), NOW)


def assign(house: Exchange, office_id: int) -> None:
    with house.database.writing() as db:
        order = Order([Whom(Part.LEAD, house.office.members["chair"], None)], "Thực hiện", TODAY)
        routing.assign(db, house.seen(db, office_id, "leader"), order, house.person(db, "leader"), NOW)


def report(house: Exchange, office_id: int, percent: int) -> None:
    with house.database.writing() as db:
        seen, person = house.seen(db, office_id, "chair"), house.person(db, "chair")
        if percent == 100:
            routing.finish(db, seen, Report("Xong", 100), person, NOW)
        else:
            routing.report(db, seen, Report("Đang làm", percent), person, NOW)


def statuses(house: Exchange) -> list[str]:
    house.fill()
    return [one.code for one in house.messages("out")]


def test_it_waits_for_its_number_with_what_its_sender_said(house: Exchange) -> None:
    extra = attachment("phu-luc.xlsx", b"PK-no-zip", "file-2")
    office_id = came(house, package(attachment(), extra))
    doc = house.doc(office_id)
    assert (doc.state, doc.unit_id, doc.created_by) == ("received", house.unit, house.office.members["first"])
    with house.database.reading() as db:
        origin, files = origins.of(db, office_id)
        offered = origins.offered(db, office_id)
        assert origin is not None
        assert origin.sender == "Ủy ban nhân dân tỉnh Nghệ An (000.00.00.H41)"
        assert [one.filename for one in files] == ["phu-luc.xlsx"]
    wanted = {
        "code_number": "15", "code_notation": "QĐ-UBND", "issued_on": "2026-11-20", "type_code": "QĐ",
        "organ_name": "Ủy ban nhân dân tỉnh Nghệ An", "subject": "Về việc tổ chức Tháng Thanh niên",
        "due_on": "2026-12-15", "signer_name": "Nguyễn Văn An", "urgency": "urgent",
    }  # fmt: skip
    assert wanted.items() <= offered.items()
    (message,) = house.messages("in")
    assert (message.state, message.signature, message.told) == ("received", "valid", "01")


def test_the_same_again_is_known_also_at_the_same_moment(house: Exchange) -> None:
    with ThreadPoolExecutor(2) as workers:
        taken = list(workers.map(lambda _n: house.comes(package()), range(2)))
    again = house.comes(package(), by_hand=True)
    assert {one.office_id for one in (*taken, again)} == {taken[0].office_id}
    assert sorted(one.known for one in taken) == [False, True]
    with house.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(OfficeDocument)) == 1


def test_the_sender_hears_how_far_we_are(house: Exchange) -> None:
    office_id = came(house)
    assert statuses(house) == []
    register(house, office_id)
    assert statuses(house) == ["03"]
    assign(house, office_id)
    assert statuses(house) == ["03", "04"]
    report(house, office_id, 40)
    assert statuses(house) == ["03", "04", "05"]
    report(house, office_id, 100)
    assert statuses(house) == ["03", "04", "05", "06"]
    message = house.messages("out")[-1]
    assert (message.about, message.kind, message.subject) == (ID, "status", "Về việc tổ chức Tháng Thanh niên")
    assert message.said["sender"]["organ_id"] == "000.00.00.G22"


def test_what_is_not_taken_into_the_register_is_refused_with_the_words_of_the_clerk(house: Exchange) -> None:
    office_id = came(house)
    with house.database.writing() as db:
        incoming.discard(db, house.seen(db, office_id), "Gửi nhầm nơi nhận", house.person(db), NOW)
    assert statuses(house) == ["02"]
    assert house.messages("out")[0].said["description"] == "Gửi nhầm nơi nhận"
    assert statuses(house) == ["02"]


def test_a_recall_freezes_until_it_is_given_back(house: Exchange) -> None:
    office_id = came(house)
    register(house, office_id)
    assert statuses(house) == ["03"]
    house.comes(recall())
    house.comes(recall())
    assert house.doc(office_id).recalled_at is not None
    with pytest.raises(Problem, match="recalled"):
        assign(house, office_id)
    assert statuses(house) == ["03"]
    with house.database.writing() as db:
        recalling.agree(db, house.seen(db, office_id), "", house.person(db), NOW)
    assert statuses(house) == ["03", "15"]
    assert statuses(house) == ["03", "15"]


def test_a_recall_after_the_work_was_done_is_refused_on_the_record(house: Exchange) -> None:
    office_id = came(house)
    register(house, office_id)
    assign(house, office_id)
    report(house, office_id, 100)
    house.comes(recall())
    assert house.doc(office_id).recalled_at is None
    assert set(statuses(house)) == {"06", "16"}
    with house.database.reading() as db:
        wanted = select(OfficeEvent).where(OfficeEvent.office_document_id == office_id, OfficeEvent.act == "recall")
        assert db.scalars(wanted).one().details == {"answer": StatusCode.RECALL_REFUSED}


def test_what_replaces_freezes_the_earlier_one_and_is_linked_to_it(house: Exchange) -> None:
    earlier = came(house)
    new = came(house, package(business=Business.REPLACE, about=(ID,), document_id=ID.replace("15/", "16/"),
                              reason="Thay thế"))  # fmt: skip
    update = came(house, package(business=Business.UPDATE, about=(ID,), subject="Bổ sung"))
    assert house.doc(earlier).recalled_at is not None
    with house.database.reading() as db:
        found = links.of(db, LinkKind.OFFICE, earlier)
    assert {(one.from_id, one.relation) for one in found} == {(new, Relation.REPLACES), (update, Relation.AMENDS)}


OTHER = Organ("000.00.00.H99", "Cơ quan lạ")


REFUSED = {
    Fault.SENDER: package(sender=OTHER), Fault.NOT_OURS: package(to=(OTHER,)), Fault.EMPTY: Package(header()),
    Fault.UNKNOWN_DOCUMENT: recall(),
}  # fmt: skip


def test_what_is_refused_is_kept_with_its_reason(house: Exchange) -> None:
    for fault, one in REFUSED.items():
        blob = house.put(unsigned(one))
        for _twice in range(2):
            with pytest.raises(Problem, match=fault):
                inbox.take(house.engines, house.unit, blob, house.partner, NOW)
        message = house.messages("in")[-1]
        assert (message.state, message.fault, message.attempts) == ("refused", fault, 2)
        assert message.organ_code == "000.00.00.H41"
    assert len(house.messages("in")) == len(REFUSED)


def test_a_hostile_file_is_refused_and_kept(house: Exchange) -> None:
    blob: Blob = house.engines.blobs.put(io.BytesIO(b'<!DOCTYPE x [<!ENTITY a "b">]><edXML>&a;</edXML>'))
    with pytest.raises(Problem, match=Fault.DOCTYPE):
        inbox.take(house.engines, house.unit, blob, house.partner, NOW)
    assert [one.fault for one in house.messages("in")] == [Fault.DOCTYPE]


def test_without_a_clerk_it_comes_again_later(house: Exchange) -> None:
    with house.database.writing() as db:
        for role in db.scalars(select(UnitRole).where(UnitRole.role == Role.CLERK)):
            db.delete(role)
    with pytest.raises(Problem, match="no_clerk"):
        house.comes(package())
    assert house.messages("in") == []


def test_more_than_anybody_reads_is_asked_to_wait(house: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    house.comes(package(attachment(content=PDF)))
    monkeypatch.setattr(inbox, "PER_MINUTE", 1)
    with house.database.reading() as db:
        partner = db.get_one(ExchangeMessage, house.messages("in")[0].id).partner
        assert partner is not None
        with pytest.raises(Problem, match="partner_too_fast"):
            inbox.check_rate(db, partner, NOW)
