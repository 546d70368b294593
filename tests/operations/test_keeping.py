"""Versions, loans, the bin and what ends in it, on both databases; the clock is passed in."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from documents import bin as paper_bin
from documents import loans, versions
from documents.blobs import Blob, FolderBlobs
from documents.database import Database
from documents.errors import Problem
from documents.models import Binned, Document, DocumentLabel, Loan, Version
from documents.operations import set_labels
from documents.queries import may_see
from ecabinet import audit
from ecabinet.audit import AuditEntry
from ecabinet.library.purging import purge_one
from ecabinet.meetings import life, papers
from ecabinet.meetings.agenda import PaperFile, items_of
from ecabinet.meetings.life_rules import Action
from ecabinet.meetings.models import Paper
from ecabinet.meetings.rules import MeetingState
from tests.archive import put_in
from tests.people import NOW, Office, make_meeting, make_office

DAY = timedelta(days=1)
LATER = NOW + 31 * DAY


@pytest.fixture
def office(database: Database) -> Office:
    with database.writing() as db:
        return make_office(db)


@pytest.fixture
def blobs(tmp_path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


@pytest.fixture
def document(database: Database, office: Office, blobs: FolderBlobs) -> int:
    return put_in(database, blobs, office)


def throw_away(database: Database, document_id: int, **kept: object) -> None:
    with database.writing() as db:
        document = db.get_one(Document, document_id)
        for name, value in kept.items():
            setattr(document, name, value)
        paper_bin.throw_away(db, document, by="member:1", by_name="An", reason="Thừa", until=NOW + 30 * DAY, now=NOW)


def number_of(database: Database, model: type) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def at_once(work, times: int) -> list[str]:
    """What each of several threads ended with: "" or the code of a problem."""
    ended: list[str] = []

    def guarded(number: int) -> None:
        try:
            work(number)
            ended.append("")
        except Problem as problem:
            ended.append(problem.code)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ended)


# ------------------------------------------------------------------ loans and versions


def test_of_many_who_borrow_at_once_one_has_it(database: Database, document: int) -> None:
    def borrow(number: int) -> None:
        with database.writing() as db:
            loans.lend(db, db.get_one(Document, document), f"member:{number}", f"N{number}", NOW + DAY, NOW)

    assert at_once(borrow, 8) == ["", *["on_loan"] * 7]
    assert number_of(database, Loan) == 1


def test_a_loan_ends_by_itself_and_is_lengthened_by_its_holder(database: Database, document: int) -> None:
    def add(by: str, now) -> None:
        with database.writing() as db:
            versions.add_version(
                db, db.get_one(Document, document), Blob("b" * 64, 1), filename="a", media_type="b", by=by, now=now
            )

    with database.writing() as db:
        for until in (NOW + DAY, NOW + 2 * DAY):
            loan = loans.lend(db, db.get_one(Document, document), "member:1", "An", until, NOW)
        assert loan.since == NOW
    with pytest.raises(Problem, match="on_loan") as refused:
        add("member:2", NOW + DAY)
    assert refused.value.values == {"who": "An"}
    add("member:2", NOW + 2 * DAY)
    with database.reading() as db:
        assert loans.loan_of(db, document, NOW) is None
        assert db.get_one(Document, document).last_number == 2


# ------------------------------------------------------------------ the bin


def test_labels_given_in_the_bin_hold_once_it_is_out(database: Database, document: int) -> None:
    throw_away(database, document)
    with database.writing() as db:
        set_labels(db, db.get_one(Document, document), ["meeting:3"], NOW)
        assert not may_see(db, document, frozenset({"meeting:3", "unit:1"}))
        paper_bin.take_out(db, db.get_one(Document, document), NOW)
        assert list(db.scalars(select(DocumentLabel.label))) == ["meeting:3"]
        assert may_see(db, document, frozenset({"meeting:3"}))


def test_what_is_over_is_destroyed_with_its_bytes_and_stands_on_the_audit_trail(
    database: Database, document: int, blobs: FolderBlobs
) -> None:
    (blob,) = blobs.stored()
    throw_away(database, document)
    assert not purge_one(database, blobs, NOW + 29 * DAY)
    assert purge_one(database, blobs, LATER)
    assert not purge_one(database, blobs, LATER)
    assert [number_of(database, model) for model in (Document, Version, Binned, DocumentLabel)] == [0, 0, 0, 0]
    assert list(blobs.stored()) == []
    with database.reading() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "document_destroyed")).one()
        assert (entry.subject, entry.details["versions"]) == (f"document:{document}", [blob.sha256])
        assert (entry.details["title"], entry.details["reason"]) == ("Quy chế làm việc", "Thừa")
        assert audit.check(db) is None


def test_bytes_that_another_document_has_too_stay(
    database: Database, office: Office, document: int, blobs: FolderBlobs
) -> None:
    other = put_in(database, blobs, office)
    throw_away(database, document)
    assert purge_one(database, blobs, LATER)
    assert len(list(blobs.stored())) == 1
    throw_away(database, other)
    assert purge_one(database, blobs, LATER)
    assert list(blobs.stored()) == []


def test_bytes_that_somebody_has_just_put_again_stay(database: Database, document: int, blobs: FolderBlobs) -> None:
    throw_away(database, document)
    now = next(blobs.stored()).put_at  # an upload of the same file, whose row is still to come
    with database.writing() as db:
        db.get_one(Binned, document).until = now - DAY
    assert purge_one(database, blobs, now)
    assert number_of(database, Document) == 0
    assert len(list(blobs.stored())) == 1


@pytest.mark.parametrize(
    "kept",
    [
        {"retention": "01", "closed_on": date(1990, 1, 1)},
        {"retention": "06", "closed_on": date(2020, 1, 1)},
        {"retention": "06"},
        {"retention": "07", "closed_on": date(1990, 1, 1)},
        {"retention": "07", "keep_years": 40, "closed_on": date(1990, 1, 1)},
    ],
    ids=["for ever", "not over", "not closed", "years unknown", "other years"],
)
def test_a_rule_of_retention_keeps_what_is_in_the_bin(
    database: Database, document: int, blobs: FolderBlobs, kept: dict[str, object]
) -> None:
    throw_away(database, document, **kept)
    assert not purge_one(database, blobs, LATER)
    assert number_of(database, Document) == 1


def test_a_rule_that_is_over_keeps_nothing(database: Database, document: int, blobs: FolderBlobs) -> None:
    throw_away(database, document, retention="06", closed_on=date(2010, 6, 30))
    assert purge_one(database, blobs, LATER)
    assert number_of(database, Document) == 0


def test_what_something_refers_to_is_not_destroyed_and_keeps_nothing_else_waiting(
    database: Database, office: Office, document: int, blobs: FolderBlobs
) -> None:
    other = put_in(database, blobs, office)
    with database.writing() as db:
        item = items_of(db, make_meeting(db, office, state=MeetingState.DRAFT).id)[0]
        db.add(Paper(item_id=item.id, title="x", document_id=document, state="approved"))
    for one in (document, other):
        throw_away(database, one)
    while purge_one(database, blobs, LATER):
        pass
    with database.reading() as db:
        assert list(db.scalars(select(Document.id))) == [document]
        assert db.get_one(Binned, document).until == LATER + DAY
        assert list(db.scalars(select(AuditEntry.subject).where(AuditEntry.action == "document_destroyed"))) == [
            f"document:{other}"
        ]
    assert len(list(blobs.stored())) == 1


# ------------------------------------------------------------------ papers of meetings that are closed for good


def test_nothing_is_laid_before_an_archived_meeting(database: Database, office: Office) -> None:
    file = PaperFile("Báo cáo", Blob("c" * 64, 1), "a.txt", "text/plain")
    with database.writing() as db:
        meeting = make_meeting(db, office, state=MeetingState.CONCLUDED)
        by, item = office.person(db, "secretary"), items_of(db, meeting.id)[0]
        paper = papers.lay_paper(db, meeting, item, file, by, NOW)  # the record is completed after the meeting
        life.take(db, meeting, Action.ARCHIVE, life.Act(by.member_id, NOW))
    assert meeting.state == MeetingState.ARCHIVED
    changes = (
        lambda db: papers.lay_paper(db, meeting, item, file, by, NOW),
        lambda db: papers.ask_paper(db, meeting, item, "Thêm", None, by, NOW),
        lambda db: papers.submit(db, meeting, paper, file, by, NOW),
        lambda db: papers.approve(db, meeting, paper, by, NOW),
        lambda db: papers.change_paper(db, meeting, paper, "Tên khác", None, by, NOW),
        lambda db: papers.send_back(db, meeting, paper, "Sai", by, NOW),
        lambda db: papers.withdraw(db, meeting, paper, "Sai", by, NOW),
        lambda db: papers.remove(db, meeting, paper, by, NOW),
    )
    for change in changes:
        with database.reading() as db, pytest.raises(Problem, match="archived"):
            change(db)
    assert (number_of(database, Paper), number_of(database, Version)) == (1, 1)
