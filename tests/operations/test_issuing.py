"""From the signed paper to the recipient's register and back, in the database: numbers, deliveries, statuses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from documents.database import Database
from documents.errors import Forbidden, Invalid, NotFound, Problem
from documents.models import DocumentLabel, Version
from documents.queries import newest_version
from documents.rules import Secrecy
from ecabinet.audit import check as check_audit
from ecabinet.issuing import following, numbering, papers, receiving, recipients, sending
from ecabinet.issuing.delivery_rules import DeliveryStatus, Purpose
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.issuing.numbering import Wish
from ecabinet.notices.models import Notice
from ecabinet.office import desk, incoming, links, routing, series
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.incoming import Duplicate, Registering
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.links import Link
from ecabinet.office.models import SeriesNumber
from ecabinet.office.numbering_rules import Direction
from ecabinet.office.routing_rules import Order, Report, Role, Whom
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus
from ecabinet.signing import verifying
from tests.issuing_people import LATER, Issuing, form_paper
from tests.office_people import TODAY
from tests.people import NOW


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Issuing:
    return Issuing(database, tmp_path)


def accept(house: Issuing, office_id: int, *, who: str = "second", anyway: bool = False) -> int:
    (delivery,) = [one for one in house.deliveries(office_id) if one.unit_id == house.office.units["hue"]]
    with house.database.writing() as db:
        person = house.person(db, who)
        arrived = receiving.load(db, person, delivery.id, change=True)
        return receiving.accept(db, arrived, TODAY, Registering(anyway), None, person, LATER).id


def test_from_the_signature_to_the_file_of_the_recipient(house: Issuing) -> None:
    office_id = house.issued(house.to_unit("hue"), house.to_member("third"))
    doc = house.doc(office_id)
    assert (doc.state, doc.code, doc.code_number, doc.code_notation) == ("issued", "01/QĐ-TWĐTN", "01", "QĐ-TWĐTN")
    assert (doc.issued_on, doc.organ_name, doc.ordinal, doc.book) == (TODAY, "Trung ương Đoàn", 1, "outgoing")
    assert [one.status for one in house.deliveries(office_id)] == [DeliveryStatus.ARRIVED] * 2
    entry_id = accept(house, office_id)
    entry = house.doc(entry_id)
    assert (entry.code, entry.organ_name, entry.subject, entry.ordinal) == (doc.code, doc.organ_name, doc.subject, 1)
    with house.database.reading() as db:
        received = Link(LinkKind.OFFICE, entry_id, Relation.RECEIVED_FROM, LinkKind.OFFICE, office_id)
        assert links.of(db, LinkKind.OFFICE, entry_id) == [received]
        mine, theirs = (newest_version(db, one.document_id) for one in (doc, entry))
        assert mine is not None
        assert theirs is not None
        assert mine.sha256 == theirs.sha256
        assert check_audit(db) is None
    assert statuses_while_working(house, office_id, entry_id) == ["03", "04", "05", "06", "06"]


def statuses_while_working(house: Issuing, office_id: int, entry_id: int) -> list[str]:
    """What the issuer is told as the recipient works."""
    spare = house.office.members["spare"]
    order = Order([Whom(Role.LEAD, spare)], "Thực hiện", TODAY)
    steps = (
        ("leader", lambda db, seen, who: routing.assign(db, seen, order, who, LATER)),
        ("spare", lambda db, seen, who: routing.report(db, seen, Report("đang làm", 30), who, LATER)),
        ("spare", lambda db, seen, who: routing.finish(db, seen, Report("xong"), who, LATER)),
        ("second", lambda db, seen, who: routing.file(db, seen, "", who, LATER)),
    )
    said = [status(house, entry_id)]
    for who, step in steps:
        with house.database.writing() as db:
            step(db, house.seen(db, entry_id, who), house.person(db, who))
        said.append(status(house, entry_id))
    return said


def status(house: Issuing, entry_id: int) -> str:
    with house.database.reading() as db:
        return db.scalars(select(Delivery.status).where(Delivery.entry_id == entry_id)).one()


def test_what_the_recipient_voids_comes_back_as_refused(house: Issuing) -> None:
    office_id = house.issued()
    entry_id = accept(house, office_id)
    with house.database.writing() as db:
        incoming.void(db, house.seen(db, entry_id, "second"), "gửi nhầm đơn vị", house.person(db, "second"), LATER)
    (delivery,) = house.deliveries(office_id)
    assert (delivery.status, delivery.note) == ("02", "gửi nhầm đơn vị")


def test_the_recipient_is_warned_of_what_is_there_already(house: Issuing) -> None:
    accept(house, house.issued())
    second = house.issued(subject="Bản gửi lại")
    with house.database.writing() as db:  # somebody typed the same number before the copy arrived
        doc = db.get_one(OfficeDocument, second)
        doc.code_number = "01"
    with pytest.raises(Duplicate):
        accept(house, second)
    assert house.deliveries(second)[0].entry_id is None  # nothing was taken
    assert house.doc(accept(house, second, anyway=True)).ordinal == 2


def test_two_clerks_at_once_number_one_paper_once_and_two_papers_twice(house: Issuing) -> None:
    first, second = house.signed(), house.signed()

    def clerk(office_id: int) -> str:
        try:
            with house.database.writing() as db:
                numbering.number(db, house.seen(db, office_id), Wish(TODAY), house.person(db), NOW)
        except Problem as refused:
            return refused.code
        return "numbered"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(clerk, [first, second, first, second])) == ["numbered"] * 2 + ["office_state"] * 2
    assert {house.doc(one).ordinal for one in (first, second)} == {1, 2}


def test_a_kept_number_is_used_and_one_of_another_series_is_not(house: Issuing) -> None:
    office_id, other = house.signed(), house.signed(type_code="TB")
    with house.database.writing() as db:
        issuer = series.issuer_of(db, db.get_one(Unit, house.office.units["centre"]))
        held = series.series_for(db, series.Wanted(issuer, Direction.OUTGOING, TODAY, "QĐ"))
        kept = series.reserve(db, held, "Ban Tổ chức", TODAY, series.Act(None, NOW)).id
        assert [one.id for one in numbering.kept_numbers(db, db.get_one(OfficeDocument, office_id))] == [kept]
    with pytest.raises(Invalid) as refused, house.database.writing() as db:
        numbering.number(db, house.seen(db, other), Wish(TODAY, reserved_id=kept), house.person(db), NOW)
    assert refused.value.faults["reserved"].code == "number_elsewhere"
    house.number(office_id, reserved_id=kept)
    assert house.doc(office_id).number_id == kept


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"dated": TODAY + timedelta(days=1)}, "date_to_come"),
        ({"dated": TODAY.replace(year=TODAY.year - 1)}, "period_over"),
        ({"issuer_id": 10**6}, "unknown_choice"),
        ({"drafter": "V" * 31}, "too_long"),
    ],
    ids=["to-come", "last-year", "stranger", "long"],
)
def test_what_cannot_be_numbered(house: Issuing, wish: dict[str, object], code: str) -> None:
    office_id = house.signed()
    with pytest.raises(Problem) as refused:
        house.number(office_id, **wish)
    assert refused.value.code == code
    assert house.doc(office_id).state == "signed"


def test_a_number_of_last_year_is_an_exception_with_its_reason(house: Issuing) -> None:
    office_id = house.signed()
    house.number(office_id, dated=TODAY.replace(year=TODAY.year - 1), reason="ký ngày cuối năm")
    assert house.doc(office_id).code == "01/QĐ-TWĐTN"


def test_a_void_number_is_borne_by_nobody_again(house: Issuing) -> None:
    office_id = house.numbered()
    with house.database.writing() as db:
        numbering.void(db, house.seen(db, office_id), "ký sai thẩm quyền", house.person(db), NOW)
    assert house.doc(office_id).state == "voided"
    assert house.doc(house.numbered()).ordinal == 2
    with house.database.reading() as db:
        assert list(db.scalars(select(SeriesNumber.state).order_by(SeriesNumber.number))) == ["void", "taken"]


def test_number_and_seal_lie_behind_the_bytes_that_were_signed(house: Issuing) -> None:
    paper = form_paper()
    office_id = house.signed(paper=paper)
    with house.database.writing() as db:
        db.get_one(Dispatch, office_id).on_paper = False
    house.number(office_id)
    papers.seal(house.engines, office_id, house.clerk(), NOW)
    with house.database.reading() as db:
        document = house.doc(office_id).document_id
        kept = db.scalars(select(Version).where(Version.document_id == document).order_by(Version.number)).all()
        bytes_of = [b"".join(house.engines.blobs.open(version.sha256)) for version in kept]
    assert bytes_of[0] == paper
    assert [later.startswith(earlier) for earlier, later in pairwise(bytes_of)] == [True, True]
    assert len(bytes_of) == 3
    assert not verifying.altered(bytes_of[2])
    papers.fill(house.engines, office_id, house.clerk(), NOW)  # nothing a second time
    with pytest.raises(Problem, match="sealed_already"):
        papers.seal(house.engines, office_id, house.clerk(), NOW)
    house.issue(office_id, house.to_unit("hue"))  # sealed: no reason is asked for


def test_what_is_not_sealed_goes_out_with_a_reason_only(house: Issuing) -> None:
    office_id = house.numbered()
    with house.database.writing() as db:
        db.get_one(Dispatch, office_id).on_paper = False
    with pytest.raises(Problem, match="unsealed"):
        house.issue(office_id, house.to_unit("hue"))
    house.issue(office_id, reason="máy ký hỏng, gửi bản giấy trước")
    assert house.doc(office_id).state == "issued"


def test_who_cannot_get_it_is_named(house: Issuing) -> None:
    office_id = house.numbered()
    with pytest.raises(Problem, match="no_recipients"):
        house.issue(office_id)
    house.plan(office_id, house.to_unit("hue"), house.to_member("third"))
    with house.database.writing() as db:
        db.get_one(Member, house.office.members["third"]).status = MemberStatus.GROWN
    with pytest.raises(Problem) as left:
        house.issue(office_id)
    assert (left.value.code, left.value.values["names"]) == ("recipient_left", "Nguyễn Thị Third")
    with house.database.writing() as db:
        db.get_one(Member, house.office.members["third"]).status = MemberStatus.ACTIVE
        db.get_one(Unit, house.office.units["hue"]).dissolved_on = TODAY
    with pytest.raises(Problem) as gone:
        house.issue(office_id)
    assert (gone.value.code, gone.value.values["names"]) == ("units_gone", "Thành đoàn Huế")
    assert house.doc(office_id).state == "numbered"


def test_a_secret_document_reaches_keepers_only(house: Issuing) -> None:
    house.entrust("centre", "first")
    office_id = house.numbered(secrecy=Secrecy.SECRET)
    with pytest.raises(Problem, match="no_keeper"):
        house.issue(office_id, house.to_unit("hue"))
    house.entrust("hue", "second")
    house.issue(office_id)
    house.deliver()
    (delivery,) = house.deliveries(office_id)
    with house.database.reading() as db:
        copy = db.get_one(Dispatch, office_id).document_id
        labels = set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == copy)))
        assert labels == {f"member:{house.office.members['second']}"}
        told = select(Notice).where(Notice.link == f"/office/inbox/of/{office_id}")
        assert {notice.member_id for notice in db.scalars(told)} == {house.office.members["second"]}
        assert not [notice for notice in db.scalars(told) if "khen thưởng" in notice.subject + notice.text]
        for who in ("leader", "secretary", "third", "stranger"):
            with pytest.raises(NotFound):
                receiving.load(db, house.person(db, who), delivery.id)
    assert house.doc(accept(house, office_id)).book == "incoming_secret"


def test_an_inbox_is_of_its_unit(house: Issuing) -> None:
    office_id = house.issued(house.to_unit("hue"), house.to_member("third"))
    to_unit, to_member = house.deliveries(office_id)
    with house.database.reading() as db:
        assert receiving.load(db, house.person(db, "second"), to_unit.id).takes
        assert not receiving.load(db, house.person(db, "third"), to_member.id).takes
        for who, one in (("third", to_unit), ("stranger", to_unit), ("second", to_member), ("stranger", to_member)):
            with pytest.raises(NotFound):
                receiving.load(db, house.person(db, who), one.id)


def test_it_is_refused_with_a_reason_and_may_be_taken_all_the_same(house: Issuing) -> None:
    office_id = house.issued()
    (delivery,) = house.deliveries(office_id)
    with house.database.writing() as db:
        second = house.person(db, "second")
        arrived = receiving.load(db, second, delivery.id, change=True)
        with pytest.raises(Problem, match="missing"):
            receiving.refuse(db, arrived, " ", second, LATER)
        receiving.refuse(db, arrived, "không thuộc thẩm quyền", second, LATER)
    assert [(one.status, one.note) for one in house.deliveries(office_id)] == [("02", "không thuộc thẩm quyền")]
    entry_id = accept(house, office_id)
    with pytest.raises(Problem, match="delivery_state"):
        accept(house, office_id)
    assert status(house, entry_id) == "03"


def test_a_leader_reads_and_only_the_clerk_takes(house: Issuing) -> None:
    (delivery,) = house.deliveries(house.issued(house.to_unit("hanoi")))
    with house.database.writing() as db:
        leader = house.person(db, "stranger")  # who leads the office of Hà Nội
        arrived = receiving.load(db, leader, delivery.id)
        with pytest.raises(Forbidden):
            receiving.accept(db, arrived, TODAY, Registering(), None, leader, LATER)
        with pytest.raises(Forbidden):
            receiving.refuse(db, arrived, "không nhận", leader, LATER)
        receiving.note_reading(db, arrived, LATER)
        receiving.note_reading(db, arrived, LATER + timedelta(days=1))
    assert house.deliveries(delivery.office_document_id)[0].read_at == LATER


def test_lists_and_groups_of_recipients(house: Issuing) -> None:
    office_id = house.numbered()
    with house.database.writing() as db:
        doc, clerk = house.seen(db, office_id).doc, house.person(db)
        assert recipients.plan_units(db, doc, doc.unit.path, [], Purpose.CARRY_OUT) == 2
        assert recipients.plan_units(db, doc, doc.unit.path, [], Purpose.KNOW) == 0
        organ = recipients.save_outside(db, doc.unit, " Bộ  Nội vụ ", "000.00.00.G10", "vt@example.vn")
        recipients.plan(db, doc, [recipients.Recipient(recipients.RecipientKind.OUTSIDE, organ.id, Purpose.REPORT)])
        saved = recipients.save_list(db, doc, "Cấp dưới và Bộ", clerk, TODAY)
        recipients.unplan(db, doc, None)
        assert recipients.plan_list(db, doc, saved.id) == 3
    kept = [(one.kind, one.name, one.purpose, one.organ_code) for one in house.deliveries(office_id)]
    assert kept == [
        ("unit", "Thành đoàn Huế", "know", ""), ("unit", "Thành đoàn Hà Nội", "know", ""),
        ("outside", "Bộ Nội vụ", "report", "000.00.00.G10"),
    ]  # fmt: skip
    house.issue(office_id)
    house.deliver()
    assert [one.status for one in house.deliveries(office_id)] == ["01", "01", "00"]
    again = house.numbered(subject="Tiếp theo")
    with house.database.writing() as db:
        assert recipients.plan_as(db, house.seen(db, again).doc, office_id) == 3


def test_who_has_not_received_is_reminded_once_in_a_while(house: Issuing) -> None:
    office_id = house.issued()
    with house.database.writing() as db:
        assert following.remind(db, house.seen(db, office_id), house.person(db), LATER) == 1
        with pytest.raises(Problem, match="reminded_lately"):
            following.remind(db, house.seen(db, office_id), house.person(db), LATER + timedelta(hours=1))
        told = select(Notice.subject).where(Notice.member_id == house.office.members["second"])
        assert [one.partition(":")[0] for one in db.scalars(told.order_by(Notice.id))] == [
            "Văn bản mới đến", "Nhắc tiếp nhận văn bản"
        ]  # fmt: skip


def test_two_workers_bring_each_delivery_once(house: Issuing) -> None:
    office_id = house.numbered()
    house.issue(office_id, house.to_unit("hue"), house.to_unit("hanoi"), house.to_member("third"))
    with ThreadPoolExecutor(2) as pool:
        brought = list(pool.map(lambda _n: sending.deliver_piece(house.database, LATER, 1), range(6)))
    while sending.deliver_piece(house.database, LATER, 1):
        brought.append(1)
    assert sum(brought) == 3
    with house.database.reading() as db:
        told = select(Notice).where(Notice.link == f"/office/inbox/of/{office_id}")
        members = sorted(notice.member_id for notice in db.scalars(told))
        assert members == sorted({house.office.members["second"], house.office.members["third"]})


def test_the_desk_of_another_unit_knows_nothing_of_it(house: Issuing) -> None:
    office_id = house.numbered()
    with house.database.reading() as db, pytest.raises(NotFound):
        desk.load(db, house.person(db, "stranger"), office_id)
