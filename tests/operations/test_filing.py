"""Files in the database: planned, gathered, closed, seen by those who have to do with them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import holds
from documents.database import Database
from documents.errors import Forbidden, Invalid, NotFound, Problem
from documents.models import Document
from documents.rules import Secrecy
from ecabinet.audit import AuditEntry
from ecabinet.audit import check as check_audit
from ecabinet.filing import entries, gathering, operations, queries, seeing
from ecabinet.filing.models import FileDocument, OfficeFile
from ecabinet.filing.queries import Wanted
from ecabinet.library import document_access, keeping
from ecabinet.office import links, routing, setting
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.links import Link
from ecabinet.office.routing_rules import Role, Whom
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus
from tests.filing_people import (
    YEAR,
    do,
    document_of,
    file_facts,
    file_seen,
    gather,
    in_archive,
    planned,
    state_of,
)
from tests.office_people import TODAY, assigned, registered, seen, staffed
from tests.people import NOW, Office


def entrust(db: Session, office: Office) -> None:
    unit = db.get_one(Unit, office.units["centre"])
    setting.entrust(db, unit, {office.members["first"]}, office.person(db, "leader"), NOW)


def secret_paper(db: Session, office: Office, sha: str = "d") -> int:
    return document_of(db, registered(db, office, sha=sha, secrecy=Secrecy.SECRET, code_number="99"))


def raises(code: str, field: str = "") -> Callable[[Problem], bool]:
    def fits(problem: Problem) -> bool:
        if field:
            return isinstance(problem, Invalid) and problem.faults[field].code == code
        return problem.code == code

    return fits


def refused(code: str, field: str = "") -> "pytest.RaisesExc[Problem]":
    return pytest.raises(Problem, check=raises(code, field))


def test_from_planned_to_checked(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id = planned(db, office)
        paper, report = document_of(db, registered(db, office)), in_archive(db, office)
        done = gather(db, office, file_id, paper, report, paper)
        assert (done.taken, done.already, done.refused) == ([paper, report], [], [])
        assert gather(db, office, file_id, paper).already == [paper]
        assert state_of(db, file_id) == "open"
        do(db, office, "first", file_id, "close", TODAY - timedelta(days=0))
        do(db, office, "first", file_id, "reopen", "thiếu phụ lục")
        do(db, office, "first", file_id, "close", TODAY)
        do(db, office, "leader", file_id, "check")
    with database.reading() as db:
        file = db.get_one(OfficeFile, file_id)
        assert (file.state, file.ended_on, file.due_on) == ("checked", TODAY, TODAY.replace(year=YEAR + 1))
        lines = queries.contents(db, file_seen(db, office, "leader", file_id), office.person(db, "leader").labels)
        assert [(line.number, line.document.id) for line in lines] == [(1, paper), (2, report)]
        acts = list(db.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"file:{file_id}")))
        assert acts == ["file_plan", "file_gather", "file_gather", "file_close", "file_reopen", "file_close",
                        "file_check"]  # fmt: skip
        assert check_audit(db) is None


def test_the_same_notation_stands_once_in_a_list(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id = planned(db, office)
        planned(db, office, year=YEAR + 1)
        with refused("notation_taken", "notation"):
            planned(db, office)
        do(db, office, "first", file_id, "drop", "không phát sinh")
        assert planned(db, office) != file_id


def test_who_may_not(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        unit = db.get_one(Unit, office.units["centre"])
        with pytest.raises(Forbidden):
            operations.plan(db, unit, file_facts(), office.person(db, "leader"), NOW)
        file_id = planned(db, office)
        for who in ("stranger", "second", "chair", "administrator"):
            with pytest.raises(NotFound):
                file_seen(db, office, who, file_id)
        with refused("forbidden"):
            do(db, office, "secretary", file_id, "begin")
        with refused("file_state"):
            do(db, office, "first", file_id, "check")
        with refused("missing", "reason"):
            do(db, office, "first", file_id, "drop", "")


def test_the_person_in_charge_keeps_the_file_and_nobody_who_left_becomes_it(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id = planned(db, office, in_charge_id=office.members["chair"])
        do(db, office, "chair", file_id, "begin")
        assert gather(db, office, file_id, in_archive(db, office), who="chair").refused[0][1].code == "not_found"
        db.get_one(Member, office.members["spare"]).status = MemberStatus.GROWN
        with refused("assign_left", "in_charge"):
            planned(db, office, notation="02", in_charge_id=office.members["spare"])


def test_what_one_may_not_read_is_not_there(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id = planned(db, office, in_charge_id=office.members["chair"])
        hidden, shown = in_archive(db, office, "Riêng", closed=True), in_archive(db, office, "Chung", sha="f")
        assert [code.code for _name, code in gather(db, office, file_id, hidden, 10**9).refused] == ["not_found"] * 2
        assert gather(db, office, file_id, hidden, who="chair").taken == [hidden]
        gather(db, office, file_id, shown)
        clerk, chair = office.person(db, "first"), office.person(db, "chair")
        assert queries.totals(db, [file_id], clerk.labels)[file_id].documents == 1
        assert queries.totals(db, [file_id], chair.labels)[file_id].documents == 1
        lines = queries.contents(db, file_seen(db, office, "first", file_id), clerk.labels)
        assert [line.document.title for line in lines] == ["Chung"]
        titles = [title for _event, title in queries.history(db, file_seen(db, office, "first", file_id), clerk.labels)]
        assert "Riêng" not in titles
        with pytest.raises(NotFound):
            gathering.line_of(db, file_seen(db, office, "first", file_id), clerk, hidden)


def test_secret_documents_go_into_secret_files_of_those_entrusted(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        with refused("not_secret_keeper", "secret"):
            planned(db, office, secret=True)
        entrust(db, office)
        open_one, secret_one = planned(db, office), planned(db, office, notation="01.M", secret=True)
        paper = secret_paper(db, office)
        assert gather(db, office, open_one, paper).refused[0][1].code == "secret_file_only"
        assert gather(db, office, secret_one, paper).taken == [paper]
        for who in ("leader", "secretary", "stranger"):
            with pytest.raises(NotFound):
                file_seen(db, office, who, secret_one)
        page = queries.page(db, office.person(db, "leader"), Wanted(office.units["centre"], YEAR, TODAY))
        assert [file.id for file in page.files] == [open_one]
        do(db, office, "first", secret_one, "set_readers", {office.members["leader"]})
        assert file_seen(db, office, "leader", secret_one).parts >= {"leader", "reader"}
        with refused("file_secrecy_fixed", "secret"):
            do(db, office, "first", open_one, "describe", file_facts(secret=True))


def test_a_document_in_a_file_is_not_thrown_away(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id, document_id = planned(db, office), in_archive(db, office)
        gather(db, office, file_id, document_id)
        clerk = office.person(db, "first")
        loaded = document_access.load(db, clerk, document_id, NOW)
        with refused("held"):
            keeping.throw_away(db, loaded, "thừa", 30, clerk, NOW)
        line = gathering.line_of(db, file_seen(db, office, "first", file_id), clerk, document_id)
        gathering.take_out(db, file_seen(db, office, "first", file_id), line, clerk, NOW)
        assert not holds.is_held(db, document_id)
        keeping.throw_away(db, loaded, "thừa", 30, clerk, NOW)
        assert gather(db, office, file_id, document_id).refused[0][1].code == "not_found"


def test_documents_still_at_work_keep_the_file_open(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id = planned(db, office)
        paper = assigned(db, office, Whom(Role.LEAD, office.members["chair"]))
        gather(db, office, file_id, document_of(db, paper))
        with refused("file_at_work", "ended_on"):
            do(db, office, "first", file_id, "close", TODAY)
        with refused("day_to_come", "ended_on"):
            do(db, office, "first", file_id, "close", TODAY + timedelta(days=1))
        with refused("not_a_day", "ended_on"):
            do(db, office, "first", file_id, "close", None)
        with refused("file_not_empty"):
            empty = planned(db, office, notation="02")
            db.add(FileDocument(file_id=empty, document_id=document_of(db, paper), position=1,
                                added_by=office.members["first"], added_at=NOW))  # fmt: skip
            db.flush()
            do(db, office, "first", empty, "drop", "thôi")


def test_order_and_remarks(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id, ids = planned(db, office), [in_archive(db, office, name, sha) for name, sha in ("Af", "Bg", "Ch")]
        gather(db, office, file_id, *ids)
        clerk = office.person(db, "first")
        for document_id, up in ((ids[2], True), (ids[0], False), (ids[1], False)):
            found = file_seen(db, office, "first", file_id)
            gathering.move(db, found, gathering.line_of(db, found, clerk, document_id), clerk, up=up, now=NOW)
        found = file_seen(db, office, "first", file_id)
        line = gathering.line_of(db, found, clerk, ids[0])
        gathering.note(db, found, line, "bản chính", 12, clerk, NOW)
        with refused("not_in_range", "pages"):
            gathering.note(db, found, line, "", 10_000, clerk, NOW)
        lines = queries.contents(db, found, clerk.labels)
        assert [one.document.title for one in lines] == ["C", "A", "B"]
        assert [(one.entry.remark, one.pages, one.page) for one in lines][1] == ("bản chính", 12, 1)


def test_as_last_year(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        planned(db, office, year=YEAR - 1, notation="02.TH", title=f"Hồ sơ năm {YEAR - 1}")
        planned(db, office, year=YEAR - 1, notation="10.TH")
        planned(db, office, notation="10.TH", title="Đã có")
        unit = db.get_one(Unit, office.units["centre"])
        assert operations.as_last_year(db, unit, YEAR, office.person(db, "first"), NOW) == (1, 1)
        assert operations.as_last_year(db, unit, YEAR, office.person(db, "first"), NOW) == (0, 2)
        page = queries.page(db, office.person(db, "first"), Wanted(unit.id, YEAR, TODAY))
        assert [(file.notation, file.title) for file in page.files] == [
            ("02.TH", f"Hồ sơ năm {YEAR}"), ("10.TH", "Đã có"),
        ]  # fmt: skip


def test_the_list_is_read_in_its_order_page_by_page(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        for notation, heading in (("10.B", "II. B"), ("2.A", "I. A"), ("1.B", "II. B"), ("10.A", "I. A")):
            planned(db, office, notation=notation, heading=heading)
        clerk, found, after = office.person(db, "first"), [], ""
        for _page in range(5):
            wanted = Wanted(office.units["centre"], YEAR, TODAY, after=after)
            page = queries.page(db, clerk, wanted, size=1)
            found += [file.notation for file in page.files]
            after = page.next
            if not after:
                break
        assert found == ["1.B", "10.B", "2.A", "10.A"]  # the headings in the order in which they came
        spoken = Wanted(office.units["centre"], YEAR, TODAY, words="thanh nien 2.a")
        assert [file.notation for file in queries.page(db, clerk, spoken).files] == ["2.A"]


def test_an_answer_is_offered_the_file_of_what_it_answers(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        asked, answer, other = (
            registered(db, office, sha=sha, code_number=n) for sha, n in (("a", "1"), ("b", "2"), ("c", "3"))
        )
        near, far = planned(db, office), planned(db, office, notation="02")
        gather(db, office, near, document_of(db, asked))
        link = Link(LinkKind.OFFICE, answer, Relation.REPLIES, LinkKind.OFFICE, asked)
        links.add(db, link, None, NOW)
        unit, clerk = db.get_one(Unit, office.units["centre"]), office.person(db, "first")
        offer = queries.offer(db, clerk, unit, document_of(db, answer), secret=False, today=TODAY)
        assert ([one.id for one in offer.near], [one.id for one in offer.others]) == ([near], [far])
        offer = queries.offer(db, clerk, unit, document_of(db, other), secret=False, today=TODAY)
        assert offer.near == []


def test_sql_and_load_agree_on_who_sees_what(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        entrust(db, office)
        ids = [
            planned(db, office), planned(db, office, notation="02", in_charge_id=office.members["chair"]),
            planned(db, office, notation="03", secret=True),
        ]  # fmt: skip
        do(db, office, "first", ids[0], "set_readers", {office.members["spare"]})
        for who in office.tokens:
            person = office.person(db, who)
            found = select(OfficeFile.id).join(Unit, Unit.id == OfficeFile.unit_id).where(seeing.visible_to(person))
            assert set(db.scalars(found)) == {one for one in ids if sees(db, office, who, one)}, who


def sees(db: Session, office: Office, who: str, file_id: int) -> bool:
    try:
        file_seen(db, office, who, file_id)
    except NotFound:
        return False
    return True


def test_filing_an_entry_keeps_it_in_its_file(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        file_id, paper = planned(db, office), registered(db, office)
        gather(db, office, file_id, document_of(db, paper))
        routing.file(db, seen(db, office, "first", paper), "", office.person(db, "first"), NOW)
        files = queries.files_of(db, office.person(db, "leader"), document_of(db, paper))
        assert [file.id for file in files] == [file_id]
        assert queries.files_of(db, office.person(db, "stranger"), document_of(db, paper)) == []
        assert db.get_one(Document, document_of(db, paper)).title


def test_files_are_found_by_those_who_see_them(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        entrust(db, office)
        ids = [
            planned(db, office, in_charge_id=office.members["chair"]), planned(db, office, notation="03", secret=True)
        ]  # fmt: skip
        (kind,) = entries.KINDS
        found = {entry.key: entry for entry in kind.read(db, ids)}
        assert found[f"file:{ids[0]}"].number == "01.TH"
        for who in office.tokens:
            person = office.person(db, who)
            for file_id in ids:
                assert bool(found[f"file:{file_id}"].labels & person.labels) == sees(db, office, who, file_id), who
        do(db, office, "first", ids[0], "drop", "thôi")
        assert [entry.key for entry in kind.read(db, ids)] == [f"file:{ids[1]}"]
