"""What was issued is taken back, replaced, corrected, copied: at the issuer's and at each recipient's."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from documents.database import Database
from documents.errors import NotFound, Problem
from documents.models import DocumentLabel
from documents.queries import newest_version
from ecabinet.issuing import originals, papers, recalling, receiving, sending
from ecabinet.issuing.delivery_rules import CopyKind
from ecabinet.issuing.models import Dispatch
from ecabinet.issuing.numbering import Wish
from ecabinet.issuing.originals import CopyWish
from ecabinet.notices.models import Notice
from ecabinet.office import desk, links, routing
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.links import Link
from ecabinet.office.register_queries import history
from ecabinet.office.routing_models import OfficeEvent
from ecabinet.office.routing_rules import Order, Report, Role, Whom
from tests.issuing_people import LATER, Issuing, form_paper
from tests.office_people import TODAY
from tests.operations.test_issuing import accept
from tests.people import NOW


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Issuing:
    return Issuing(database, tmp_path)


def recall(house: Issuing, office_id: int) -> None:
    with house.database.writing() as db:
        recalling.recall(db, house.seen(db, office_id), "sai căn cứ pháp lý", house.person(db), LATER)


def given(house: Issuing, entry_id: int, *, done: bool = False) -> None:
    """The recipient's leader gives it to somebody, who may do it."""
    spare = house.office.members["spare"]
    with house.database.writing() as db:
        order = Order([Whom(Role.LEAD, spare)], "Thực hiện", TODAY)
        routing.assign(db, house.seen(db, entry_id, "leader"), order, house.person(db, "leader"), LATER)
    if done:
        with house.database.writing() as db:
            seen = house.seen(db, entry_id, "spare")
            routing.finish(db, seen, Report("đã trao thưởng"), house.person(db, "spare"), LATER)


def answer(house: Issuing, entry_id: int, act: Callable[..., None], words: str) -> None:
    with house.database.writing() as db:
        act(db, house.seen(db, entry_id, "second"), words, house.person(db, "second"), LATER)


def test_what_nobody_received_vanishes(house: Issuing) -> None:
    office_id = house.issued(house.to_unit("hue"), house.to_member("third"))
    recall(house, office_id)
    assert house.doc(office_id).state == "recalled"
    for one in house.deliveries(office_id):
        assert one.recall == "15"
        with house.database.reading() as db, pytest.raises(NotFound):
            receiving.load(db, house.person(db, "second" if one.unit_id else "third"), one.id)
    with house.database.reading() as db:
        copy = db.get_one(Dispatch, office_id).document_id
        assert list(db.scalars(select(DocumentLabel).where(DocumentLabel.document_id == copy))) == []
        told = db.scalars(select(Notice.member_id).where(Notice.subject.startswith("Thu hồi văn bản")))
        assert set(told) == {house.office.members["second"], house.office.members["third"]}


def test_what_never_left_is_not_brought_after_the_recall(house: Issuing) -> None:
    office_id = house.numbered()
    house.issue(office_id, house.to_unit("hue"))
    recall(house, office_id)
    assert sending.deliver_piece(house.database, LATER) == 0
    assert [one.status for one in house.deliveries(office_id)] == ["plan"]


def test_a_received_copy_is_frozen_until_it_is_given_back(house: Issuing) -> None:
    office_id = house.issued()
    entry_id = accept(house, office_id)
    given(house, entry_id)
    recall(house, office_id)
    assert house.doc(entry_id).recalled_at == LATER
    with house.database.writing() as db:
        seen = house.seen(db, entry_id, "spare")
        with pytest.raises(Problem, match="recalled"):
            routing.report(db, seen, Report("vẫn làm", 50), house.person(db, "spare"), LATER)
        assert not house.seen(db, entry_id, "leader").may("assign")
    with pytest.raises(Problem, match="recall_nothing_done"):
        answer(house, entry_id, recalling.refuse, "không muốn")
    answer(house, entry_id, recalling.agree, "đã thu lại bản giấy")
    assert house.doc(entry_id).state == "recalled"
    assert [(one.recall, one.status) for one in house.deliveries(office_id)] == [("15", "04")]
    with pytest.raises(Problem):
        answer(house, entry_id, recalling.agree, "")


def test_a_recall_after_the_work_was_done_is_a_recorded_exception(house: Issuing) -> None:
    office_id = house.issued()
    entry_id = accept(house, office_id)
    given(house, entry_id, done=True)
    recall(house, office_id)
    with pytest.raises(Problem, match="missing"):
        answer(house, entry_id, recalling.refuse, "")
    answer(house, entry_id, recalling.refuse, "đã chi tiền thưởng ngày 20")
    (delivery,) = house.deliveries(office_id)
    assert (delivery.recall, delivery.status, delivery.note) == ("16", "06", "đã chi tiền thưởng ngày 20")
    assert (house.doc(entry_id).recalled_at, house.doc(entry_id).state) == (None, "done")
    with house.database.writing() as db:
        said = [(event.act, event.text, event.details) for event in history(db, entry_id)[:2]]
        assert said == [
            ("recall", "đã chi tiền thưởng ngày 20", {"answer": "16"}),
            ("recall", "sai căn cứ pháp lý", {"answer": "13"}),
        ]
        told = select(Notice.text).where(Notice.member_id == house.office.members["first"])
        assert db.scalars(told.order_by(Notice.id.desc())).first() == "Thành đoàn Huế: đã chi tiền thưởng ngày 20"
        routing.file(db, house.seen(db, entry_id, "second"), "", house.person(db, "second"), LATER)


@pytest.mark.parametrize("who", ["third", "stranger"])
def test_who_may_not_recall(house: Issuing, who: str) -> None:
    office_id = house.issued()
    with house.database.writing() as db, pytest.raises((Problem, NotFound)):
        recalling.recall(db, house.seen(db, office_id, who), "thử", house.person(db, who), LATER)


@pytest.mark.parametrize(
    ("relation", "state", "said"),
    [
        (Relation.REPLACES, "replaced", "thay thế"),
        (Relation.AMENDS, "issued", "sửa đổi"),
        (Relation.CORRECTS, "issued", "đính chính"),
    ],
    ids=["replaces", "amends", "corrects"],
)
def test_a_new_document_does_it_to_the_earlier_one(house: Issuing, relation: Relation, state: str, said: str) -> None:
    former = house.issued()
    entry = accept(house, former)
    following = house.numbered(subject="Sửa việc khen thưởng")
    with house.database.writing() as db:
        link = Link(LinkKind.OFFICE, following, relation, LinkKind.OFFICE, former)
        links.add(db, link, house.office.members["first"], NOW)
    assert house.doc(former).state == "issued"  # before it is issued itself it does nothing
    house.issue(following, house.to_unit("hue"))
    house.deliver()
    assert house.doc(former).state == state
    with house.database.reading() as db:
        told = select(Notice.subject).where(Notice.member_id == house.office.members["second"])
        assert any(said in one for one in db.scalars(told))
    theirs = accept(house, following)
    with house.database.reading() as db:
        assert Link(LinkKind.OFFICE, theirs, relation, LinkKind.OFFICE, entry) in links.of(db, LinkKind.OFFICE, theirs)


def test_what_is_replaced_already_is_not_replaced_again(house: Issuing) -> None:
    former = house.issued()
    recall(house, former)
    following = house.numbered()
    with house.database.writing() as db:
        link = Link(LinkKind.OFFICE, following, Relation.REPLACES, LinkKind.OFFICE, former)
        links.add(db, link, house.office.members["first"], NOW)
    with pytest.raises(Problem) as refused:
        house.issue(following, house.to_unit("hue"))
    assert (refused.value.code, refused.value.values["paper"]) == ("former_not_issued", "01/QĐ-TWĐTN")
    assert house.doc(following).state == "numbered"


def copied(house: Issuing, kind: CopyKind, pages: str = "") -> int:
    source = house.issued(paper=form_paper())
    wish = CopyWish(kind, pages, "Trần Văn Phòng", "Chánh Văn phòng", Wish(TODAY))
    with house.database.writing() as db:
        return originals.begin_copy(db, house.seen(db, source), wish, house.person(db), NOW).id


def test_a_copy_is_a_document_of_its_own(house: Issuing) -> None:
    office_id = copied(house, CopyKind.EXTRACT, "1")
    with pytest.raises(Problem, match="paper_unfinished"):
        house.issue(office_id, house.to_unit("hue"), reason="thử")
    papers.fill(house.engines, office_id, house.clerk(), NOW)
    doc = house.doc(office_id)
    assert (doc.state, doc.code) == ("numbered", "01/TrS-TWĐTN")
    with house.database.reading() as db:
        version = newest_version(db, doc.document_id)
        assert version is not None
        text = PdfReader(io.BytesIO(b"".join(house.engines.blobs.open(version.sha256)))).pages[-1].extract_text()
        (copies,) = [link for link in links.of(db, LinkKind.OFFICE, office_id) if link.relation == Relation.COPIES]
    for part in ("TRÍCH SAO", "Số: 01/TrS-TWĐTN", "CHÁNH VĂN PHÒNG", "Trần Văn Phòng", "TRUNG ƯƠNG ĐOÀN"):
        assert part in text
    papers.seal(house.engines, office_id, house.clerk(), NOW)
    house.issue(office_id, house.to_unit("hue"))
    assert history_of(house, copies.to_id)[0].act == "copy"


def history_of(house: Issuing, office_id: int) -> list[OfficeEvent]:
    with house.database.reading() as db:
        return list(history(db, office_id))


def test_pages_that_there_are_not(house: Issuing) -> None:
    office_id = house.issued(paper=form_paper())
    papers.check_copy(house.engines, office_id, "1")
    with pytest.raises(Problem, match="not_pages"):
        papers.check_copy(house.engines, office_id, "1, 7")
    with pytest.raises(Problem, match="not_copied"):
        papers.check_copy(house.engines, house.issued(subject="Tệp hỏng"), "")


def test_the_desk_of_a_stranger_has_no_part_in_it(house: Issuing) -> None:
    entry_id = accept(house, house.issued())
    with house.database.reading() as db, pytest.raises(NotFound):
        desk.load(db, house.person(db, "stranger"), entry_id)
