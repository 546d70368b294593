"""Incoming documents in the database: registered once, routed by the table, seen by those who have to do with them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Forbidden, Invalid, NotFound, Problem
from documents.models import Document, DocumentLabel, Version
from documents.rules import Secrecy
from ecabinet.access import Permission
from ecabinet.audit import AuditEntry
from ecabinet.audit import check as check_audit
from ecabinet.notices.models import Notice
from ecabinet.office import desk, desk_queries, incoming, register_queries, routing, series, setting
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.incoming import Duplicate, Registering
from ecabinet.office.life_rules import OfficeState
from ecabinet.office.models import SecretKeeper, SeriesNumber
from ecabinet.office.routing_models import OfficeEvent
from ecabinet.office.routing_rules import Order, Report, Role, Whom
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus
from tests.office_people import TODAY, assigned, facts, receive, registered, seen, staffed, state_of
from tests.people import NOW, Office


def labels(db: Session, office_id: int) -> set[str]:
    document = db.get_one(OfficeDocument, office_id).document_id
    return set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == document)))


def do(db: Session, office: Office, who: str, office_id: int, act: str, *said: object) -> None:
    getattr(routing, act)(db, seen(db, office, who, office_id), *said, office.person(db, who), NOW)


def test_from_received_to_filed(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        chair, hue = office.members["chair"], office.units["hue"]
        office_id = registered(db, office)
        do(db, office, "first", office_id, "present", office.members["leader"], "Đề nghị giao")
        do(db, office, "leader", office_id, "send_back", "trình đồng chí khác")
        do(db, office, "first", office_id, "present", office.members["leader"], "")
        order = Order([Whom(Role.LEAD, chair), Whom(Role.HELP, None, hue)], "Tham mưu", TODAY)
        do(db, office, "leader", office_id, "assign", order)
        do(db, office, "second", office_id, "report", Report("đã góp ý", 100))
        do(db, office, "chair", office_id, "report", Report("đang soạn", 60))
        do(db, office, "chair", office_id, "finish", Report("đã xong"))
        do(db, office, "leader", office_id, "reopen", "thiếu phụ lục", TODAY + timedelta(days=2))
        do(db, office, "chair", office_id, "finish", Report("đã bổ sung"))
        do(db, office, "first", office_id, "file", "")
    with database.reading() as db:
        doc = db.get_one(OfficeDocument, office_id)
        assert (doc.state, doc.ordinal, doc.code, doc.due_on) == ("filed", 1, "15/QĐ-UBND", TODAY + timedelta(days=2))
        acts = [event.act for event in register_queries.history(db, office_id)]
        assert acts == [
            "file", "finish", "reopen", "finish", "progress", "progress", "assign", "present", "return", "present",
            "register", "receive",
        ]  # fmt: skip
        kept = db.get_one(Document, doc.document_id)
        assert (kept.title, kept.number, kept.type_code) == (doc.subject, "15/QĐ-UBND", "QĐ")
        trail = list(db.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"office:{office_id}")))
        assert trail == [f"office_{act}" for act in reversed(acts)]
        assert check_audit(db) is None
        told = {(notice.member_id, notice.subject.partition(":")[0]) for notice in db.scalars(select(Notice))}
        assert {(chair, "Văn bản được giao"), (office.members["second"], "Văn bản được giao")} <= told
        assert (office.members["leader"], "Văn bản đến trình đồng chí") in told
        assert (office.members["first"], "Văn bản đã giải quyết xong") in told


def test_two_clerks_at_once_register_one_paper_once(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        both = [receive(db, office, sha=sha) for sha in "ab"]

    def clerk(office_id: int) -> str:
        try:
            with database.writing() as db:
                first = seen(db, office, "first", office_id)
                incoming.register(db, first, facts(), Registering(), office.person(db, "first"), NOW)
        except Duplicate as duplicate:
            return f"duplicate of {duplicate.found[0].ordinal}"
        return "registered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(clerk, both)) == ["duplicate of 1", "registered"]
    with database.reading() as db:
        assert list(db.scalars(select(SeriesNumber.number))) == [1]


def test_what_may_be_there_already(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        registered(db, office)
        same_file = receive(db, office, sha="a")
        for changes in ({"code_number": "0015", "organ_name": "UỶ BAN nhân dân Thành phố Huế"}, {"code_number": "99"}):
            found = incoming.duplicates(db, db.get_one(OfficeDocument, same_file), facts(**changes))
            assert [doc.ordinal for doc in found] == [1]
        other = receive(db, office, sha="c")
        doc = db.get_one(OfficeDocument, other)
        assert incoming.duplicates(db, doc, facts(code_number="16")) == []
        assert incoming.duplicates(db, doc, facts(code_number="", code_notation="")) == []
        secret = facts(secrecy=Secrecy.SECRET)
        assert incoming.duplicates(db, doc, secret) == []  # a register says nothing of the other


def test_who_left_is_not_given_anything(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = registered(db, office)
        gone = db.get_one(Member, office.members["third"])
        gone.status = MemberStatus.GROWN
        hue = db.get_one(Unit, office.units["hue"])

        def refused(*whom: Whom, instruction: str = "", due: date | None = None) -> str:
            with pytest.raises(Invalid) as found:
                do(db, office, "leader", office_id, "assign", Order(whom, instruction, due))
            return next(iter(found.value.faults.values())).code

        assert refused(Whom(Role.LEAD, gone.id)) == "assign_left"
        assert refused(Whom(Role.LEAD, 999_999)) == "no_such_member"
        assert refused(Whom(Role.LEAD, None, 999_999)) == "assign_elsewhere"
        assert refused() == "assign_nobody"
        assert refused(Whom(Role.HELP, office.members["chair"])) == "assign_no_lead"
        lead = Whom(Role.LEAD, office.members["chair"])
        assert refused(lead, due=TODAY - timedelta(days=1)) == "task_due_past"
        assert refused(lead, instruction="x" * 2001) == "too_long"
        hue.dissolved_on = TODAY
        assert refused(Whom(Role.LEAD, None, hue.id)) == "unit_dissolved"
        with pytest.raises(Problem, match="forbidden"):
            do(db, office, "first", office_id, "assign", Order([lead], "", None))


def test_given_anew_and_only_to_know(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        chair, third = office.members["chair"], office.members["third"]
        office_id = assigned(db, office, Whom(Role.LEAD, chair))
        do(db, office, "leader", office_id, "assign", Order([Whom(Role.LEAD, third)], "chuyển", None))
        with pytest.raises(NotFound):
            desk.load(db, office.person(db, "chair"), office_id)
        assert f"member:{chair}" not in labels(db, office_id)
        assert f"member:{third}" in labels(db, office_id)
        do(db, office, "leader", office_id, "finish", Report("kết thúc thay"))
        to_know = assigned(db, office, Whom(Role.INFO, chair), sha="b", code_number="16")
        assert db.get_one(OfficeDocument, to_know).state == OfficeState.DONE
        mine = desk_queries.mine(db, office.person(db, "chair"), TODAY)
        assert [row.doc.id for row in mine.to_know] == [to_know]
    assert state_of(database, office_id) == "done"


def test_two_in_charge_are_both_waited_for(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        leads = [Whom(Role.LEAD, office.members[name]) for name in ("chair", "third")]
        office_id = assigned(db, office, *leads)
        do(db, office, "chair", office_id, "finish", Report("phần tôi xong"))
        pile = {one.name: one for one in desk_queries.piles(
            db, db.get_one(Unit, office.units["centre"]), TODAY + timedelta(days=1), secret=False)}  # fmt: skip
        assert [one.name for one in pile["late"].rows[0].leads] == ["Nguyễn Thị Third"]
        assert pile["late"].rows[0].late
        assert pile["today"].number == 0
        assert db.get_one(OfficeDocument, office_id).state == "assigned"
        do(db, office, "third", office_id, "finish", Report("phần tôi cũng xong"))
        assert db.get_one(OfficeDocument, office_id).state == "done"


def test_secret_documents_are_for_those_entrusted_and_those_named(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        centre = db.get_one(Unit, office.units["centre"])
        with pytest.raises(Problem, match="not_secret_keeper"):
            receive(db, office, secret=True)
        with pytest.raises(Problem, match="not_a_clerk"):
            setting.entrust(db, centre, {office.members["chair"]}, office.person(db, "leader"), NOW)
        setting.entrust(db, centre, {office.members["first"]}, office.person(db, "leader"), NOW)
        plain = registered(db, office)
        office_id = registered(db, office, sha="s", secrecy=Secrecy.SECRET, code_number="01")
        doc = db.get_one(OfficeDocument, office_id)
        assert (doc.book, doc.ordinal) == (Book.INCOMING_SECRET, 1)
        assert db.get_one(OfficeDocument, plain).ordinal == 1
        assert labels(db, office_id) == {f"member:{office.members['first']}"}
        for name in ("leader", "secretary", "chair", "administrator"):
            with pytest.raises(NotFound):
                desk.load(db, office.person(db, name), office_id)
        do(db, office, "first", office_id, "present", office.members["leader"], "")
        with pytest.raises(Invalid, match="secret_to_unit"):
            do(db, office, "leader", office_id, "assign", Order([Whom(Role.LEAD, None, office.units["hue"])], "", None))
        do(db, office, "leader", office_id, "assign", Order([Whom(Role.LEAD, office.members["chair"])], "mật", None))
        named = {f"member:{office.members[name]}" for name in ("first", "leader", "chair")}
        assert labels(db, office_id) == named
        secrets = [notice for notice in db.scalars(select(Notice)) if notice.link.endswith(f"/{office_id}")]
        assert all(doc.subject not in notice.subject + notice.text for notice in secrets)
        setting.entrust(db, centre, set(), office.person(db, "leader"), NOW)
        assert labels(db, office_id) == named - {f"member:{office.members['first']}"}
        assert db.scalars(select(SecretKeeper)).all() == []


def test_an_entry_voided_keeps_its_number(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = registered(db, office)
        incoming.void(db, seen(db, office, "first", office_id), "nhầm", office.person(db, "first"), NOW)
        doc = db.get_one(OfficeDocument, office_id)
        assert doc.number is not None
        assert (doc.state, doc.number.state) == ("voided", "void")
        again = registered(db, office, sha="b")  # the same paper, entered rightly: no warning of the void entry
        assert db.get_one(OfficeDocument, again).ordinal == 2


def test_only_clerks_of_the_unit_receive(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        for name in ("second", "leader", "chair"):
            with pytest.raises(Forbidden):
                receive(db, office, who=name)
        office_id = receive(db, office)
        assert db.scalars(select(OfficeEvent.act)).all() == ["receive"]
        hanoi = office.person(db, "stranger")
        assert not hanoi.may(Permission.KEEP_REGISTERS, db.get_one(Unit, office.units["centre"]).path)
        incoming.discard(db, seen(db, office, "first", office_id), "gửi nhầm", office.person(db, "first"), NOW)
        with pytest.raises(Problem, match="office_state"):
            incoming.register(
                db, seen(db, office, "first", office_id), facts(), Registering(), office.person(db, "first"), NOW
            )
        issuer = series.issuer_of(db, db.get_one(Unit, office.units["centre"]))
        assert issuer.name == "Trung ương Đoàn"


def test_the_bytes_are_never_rewritten(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = assigned(db, office, Whom(Role.INFO, office.members["chair"]))
        doc = db.get_one(OfficeDocument, office_id)
        incoming.move_stamp(db, seen(db, office, "first", office_id), "right", office.person(db, "first"), NOW)
        versions = db.scalars(select(Version).where(Version.document_id == doc.document_id)).all()
        assert [version.sha256 for version in versions] == ["a" * 64]
        with pytest.raises(Problem, match="unknown_choice"):
            incoming.move_stamp(db, seen(db, office, "first", office_id), "5,5", office.person(db, "first"), NOW)


def test_the_database_holds_what_the_rules_say(database: Database) -> None:
    with database.writing() as db:
        office_id = registered(db, staffed(db))
    for name, value in (
        ("state", "lost"), ("number_id", None), ("ordinal", None), ("book", "none"), ("urgency", "now"),
        ("page_amount", 1000),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), database.writing() as db:
            setattr(db.get_one(OfficeDocument, office_id), name, value)
