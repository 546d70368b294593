"""Files handed to the archive, kept as long as they must be, destroyed by a council's record."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import FolderBlobs
from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from documents.models import Binned, Document, DocumentLabel, Version
from documents.queries import may_see
from documents.retention_rules import Retention
from ecabinet.access import archive_label
from ecabinet.audit import AuditEntry
from ecabinet.audit import check as check_audit
from ecabinet.filing import destroying, handing_over, reminding
from ecabinet.filing.models import Destruction, FileDocument, OfficeFile
from ecabinet.library import archive, document_access, keeping, purging
from ecabinet.notices.models import Notice
from ecabinet.office import desk
from ecabinet.office.document_models import OfficeDocument
from ecabinet.registry.models import Unit
from tests.filing_people import (
    accepted,
    checked,
    do,
    file_seen,
    gather,
    handed,
    in_archive,
    planned,
    state_of,
)
from tests.office_people import TODAY, staffed
from tests.people import NOW, Office


def refused(code: str, field: str = "") -> "pytest.RaisesExc[Problem]":
    def fits(problem: Problem) -> bool:
        if field:
            return isinstance(problem, Invalid) and problem.faults[field].code == code
        return problem.code == code

    return pytest.raises(Problem, check=fits)


def inside(db: Session, file_id: int) -> list[Document]:
    found = select(Document).join(FileDocument, FileDocument.document_id == Document.id)
    return list(db.scalars(found.where(FileDocument.file_id == file_id).order_by(FileDocument.position)))


def decide(db: Session, office: Office, list_id: int, record: int | None, **verdicts: str) -> list[str]:
    said = {int(name[1:]): value for name, value in verdicts.items()}
    leader = office.person(db, "leader")
    found = destroying.load(db, leader, list_id, change=True)
    return destroying.decide(db, found, record, TODAY, said, leader, NOW)


def over(db: Session, office: Office, **changes: object) -> int:
    """A file that the archive has kept as long as it must."""
    file_id = accepted(db, office, **changes)
    long_ago = date(2000, 1, 1)
    file = db.get_one(OfficeFile, file_id)
    file.starts_on = file.ended_on = long_ago
    file.keep_until = date(2010, 1, 1)
    for document in inside(db, file_id):
        document.closed_on = long_ago
    db.flush()
    return file_id


def proposed(db: Session, office: Office, *ids: int) -> int:
    unit = db.get_one(Unit, office.units["centre"])
    return destroying.propose(db, unit, ids, "Danh mục hủy 2026", office.person(db, "administrator"), NOW).id


def test_the_archive_takes_it_and_its_keepers_read_it(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        keeper, file_id = office.person(db, "administrator"), checked(db, office)
        before = [may_see(db, one.id, keeper.labels) for one in inside(db, file_id)]
        transfer = handed(db, office, file_id)
        with refused("file_state"):
            do(db, office, "first", file_id, "reopen", "sửa")
        handing_over.accept(db, file_seen(db, office, "administrator", file_id), keeper, NOW)
        assert before == [False, False]
        assert all(may_see(db, one.id, keeper.labels) for one in inside(db, file_id))
        file = db.get_one(OfficeFile, file_id)
        assert (file.state, file.transfer_id, file.accepted_on) == ("accepted", transfer, TODAY)
        assert file.keep_until == TODAY.replace(year=TODAY.year + 10)
        for document in inside(db, file_id):
            assert (document.retention, document.closed_on) == ("06", TODAY)
            assert document.owner == f"unit:{office.units['centre']}"
            assert f"archive:{office.units['centre']}" in set(
                db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == document.id))
            )
        told = set(db.scalars(select(Notice.subject).where(Notice.member_id == office.members["administrator"])))
        assert "Hồ sơ nộp lưu: Trung ương Đoàn" in told
        assert check_audit(db) is None


def test_what_the_archive_has_stays_as_it_is(database: Database, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    with database.writing() as db:
        office = staffed(db)
        file_id, clerk = accepted(db, office), office.person(db, "first")
        kept = inside(db, file_id)[1]
        loaded = document_access.load(db, clerk, kept.id, NOW)
        blob = blobs.put(io.BytesIO(b"another"))
        with refused("held_firmly"):
            keeping.put_version(db, loaded, archive.File(blob, "b.pdf", "application/pdf"), "mới", clerk, NOW)
        with refused("held"):
            keeping.throw_away(db, loaded, "thừa", 30, clerk, NOW)
        for act, said in (("close", (TODAY,)), ("describe", (None,)), ("set_readers", (set(),))):
            with refused("file_state"):
                do(db, office, "first", file_id, act, *said)
        with refused("file_state"):
            gather(db, office, file_id, in_archive(db, office, "Thêm", sha="9"))


def test_what_the_office_does_later_does_not_close_it_to_the_archive(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id = accepted(db, office)
        (doc,) = db.scalars(
            select(OfficeDocument).where(OfficeDocument.document_id.in_(d.id for d in inside(db, file_id)))
        )
        label = archive_label(office.units["centre"])
        assert label in {one.label for one in doc.document.labels}
        assert label in desk.labels_of(db, doc)


def test_returned_with_a_reason(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id = checked(db, office)
        handed(db, office, file_id)
        keeper = office.person(db, "administrator")
        with refused("missing", "reason"):
            handing_over.send_back(db, file_seen(db, office, "administrator", file_id), "", keeper, NOW)
        handing_over.send_back(db, file_seen(db, office, "administrator", file_id), "thiếu mục lục", keeper, NOW)
        assert state_of(db, file_id) == "closed"
        assert db.get_one(OfficeFile, file_id).transfer_id is None
        with pytest.raises(NotFound):
            file_seen(db, office, "administrator", file_id)
        text = db.scalars(select(Notice.text).where(Notice.subject.like("Lưu trữ trả lại%"))).one()
        assert text == "thiếu mục lục"
        do(db, office, "first", file_id, "check")
        handed(db, office, file_id)


def test_only_files_in_order_of_one_unit_are_handed_over(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        ready, waiting = checked(db, office), planned(db, office, notation="02")
        with refused("missing", "files"):
            handed(db, office)
        with refused("file_state"):
            handed(db, office, ready, waiting)
        with pytest.raises(NotFound):
            handed(db, office, ready, who="second")
    with database.reading() as db:
        assert state_of(db, ready) == "checked"


def test_those_who_keep_it_are_told_once_before_and_once_late(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id = checked(db, office, in_charge_id=office.members["chair"])
        file = db.get_one(OfficeFile, file_id)
        assert file.due_on is not None
        soon, late = file.due_on - timedelta(days=30), file.due_on + timedelta(days=1)
        shift = (soon - TODAY).days
        assert reminding.due(db, NOW + timedelta(days=shift - 1)) is None
        for day, who in ((shift, {"chair"}), ((late - TODAY).days, {"chair", "first", "leader"})):
            at = NOW + timedelta(days=day)
            assert reminding.due(db, at) == file_id
            assert reminding.remind(db, file, at) is not None
            db.flush()
            assert reminding.due(db, at) is None
            assert reminding.remind(db, file, at) is None
            told = {n.member_id for n in db.scalars(select(Notice).where(Notice.at == at))}
            assert told == {office.members[name] for name in who}


def test_a_council_decides_and_the_bin_destroys(database: Database, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    with database.writing() as db:
        office = staffed(db)
        gone, stays = over(db, office), over(db, office, notation="02.TH", sha="b")
        shared = inside(db, gone)[1]
        other = planned(db, office, notation="03.TH")
        gather(db, office, other, shared.id)
        record = in_archive(db, office, "Biên bản Hội đồng", sha="9")
        listed = proposed(db, office, gone, stays)
        with refused("file_listed", "files"):
            proposed(db, office, gone)
        with refused("verdict_missing", f"verdict-{stays}"):
            decide(db, office, listed, record, **{f"f{gone}": "destroy"})
        with refused("no_such_record", "record"):
            decide(db, office, listed, None, **{f"f{gone}": "destroy", f"f{stays}": "keep"})
        kept = decide(db, office, listed, record, **{f"f{gone}": "destroy", f"f{stays}": "keep"})
        assert kept == [shared.title]
        assert (state_of(db, gone), state_of(db, stays)) == ("destroyed", "accepted")
        paper = inside(db, gone)[0].id
        assert list(db.scalars(select(Binned.document_id))) == [paper]
        with refused("destruction_state"):
            decide(db, office, listed, record, **{f"f{gone}": "keep", f"f{stays}": "keep"})
    assert purging.purge_one(database, blobs, NOW) is True
    assert purging.purge_one(database, blobs, NOW) is False
    with database.reading() as db:
        assert db.scalar(select(Version.id).where(Version.document_id == paper)) is None
        assert db.scalar(select(Version.id).where(Version.document_id == shared.id)) is not None
        assert db.scalars(select(OfficeDocument).where(OfficeDocument.document_id == paper)).one().ordinal is not None
        trail = db.scalars(select(AuditEntry).where(AuditEntry.action == "document_destroyed")).one()
        assert (trail.subject, trail.details["versions"]) == (f"document:{paper}", ["a" * 64])
        assert check_audit(db) is None


def test_what_must_be_kept_is_on_no_list(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        fresh, for_ever = accepted(db, office), accepted(
            db, office, notation="02.TH", sha="b", retention=Retention.FOR_EVER
        )  # fmt: skip
        assert db.get_one(OfficeFile, for_ever).keep_until is None
        for file_id in (fresh, for_ever):
            with refused("file_still_kept", "files"):
                proposed(db, office, file_id)
        assert db.scalars(select(Destruction).where(Destruction.state == "decided")).all() == []


def test_only_leaders_decide_and_strangers_see_no_list(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        gone = over(db, office)
        listed, record = proposed(db, office, gone), in_archive(db, office, "Biên bản", sha="9")
        keeper = office.person(db, "administrator")
        found = destroying.load(db, keeper, listed, change=True)
        with pytest.raises(Problem, match="forbidden"):
            destroying.decide(db, found, record, TODAY, {gone: "destroy"}, keeper, NOW)
        for who in ("stranger", "second", "chair"):
            with pytest.raises(NotFound):
                destroying.load(db, office.person(db, who), listed)
        destroying.drop(db, found, "lập lại", keeper, NOW)
        assert proposed(db, office, gone) != listed
