"""Drafts in the database: by the table of what goes out and no other way; comment rounds, the chain, their sources."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import loans
from documents.database import Database
from documents.errors import Forbidden, Invalid, NotFound, Problem
from documents.media import DOCX
from documents.models import DocumentLabel
from documents.queries import newest_version
from ecabinet.access import member_label
from ecabinet.audit import check as check_audit
from ecabinet.drafting import chain, operations, queries, rounds, sources
from ecabinet.drafting.form_rules import Component, Fault, What
from ecabinet.drafting.operations import Upload
from ecabinet.issuing import numbering
from ecabinet.meetings.models import AgendaItem
from ecabinet.minutes import conclusions, resolutions
from ecabinet.minutes.resolutions import Draft
from ecabinet.notices.models import Notice
from ecabinet.office import desk, life_rules, links
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.life_rules import OfficeAct, OfficeState
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.numbering_rules import Direction
from ecabinet.office.routing_models import OfficeEvent
from ecabinet.registry.models import Member
from ecabinet.registry.rules import MemberStatus
from tests.drafting_people import SECRET, begun, blob, seen, sign, submitted
from tests.office_people import TODAY, registered, staffed, state_of
from tests.people import NOW, Office, make_meeting

PEOPLE = ("chair", "secretary", "leader", "first", "stranger")


def labels(db: Session, office_id: int) -> set[str]:
    document = db.get_one(OfficeDocument, office_id).document_id
    return set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == document)))


def told(db: Session) -> set[tuple[int, str]]:
    return {(notice.member_id, notice.subject.partition(":")[0]) for notice in db.scalars(select(Notice))}


def test_from_the_draft_to_the_signature(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = submitted(db, office, "secretary")
        reviewer, leader = office.members["secretary"], office.members["leader"]
        assert [waits.doc.id for waits in queries.to_sign(db, reviewer)] == [office_id]
        assert queries.to_sign(db, leader) == []
        chain.approve(db, seen(db, office, "secretary", office_id), "", office.person(db, "secretary"), NOW)
        assert [waits.signs for waits in queries.to_sign(db, leader)] == [True]
        sign(db, office, "leader", office_id)
    with database.reading() as db:
        doc = db.get_one(OfficeDocument, office_id)
        assert (doc.state, doc.signer_position, doc.page_amount) == ("signed", "Bí thư", 2)
        assert [(one.name, one.outcome) for one in desk.chain(db, office_id)] == [
            ("Nguyễn Thị Secretary", "approved"), ("Nguyễn Thị Leader", "signed"),
        ]  # fmt: skip
        version = newest_version(db, doc.document_id)
        assert version is not None
        assert version.sha256 == "c" * 64
        assert numbering.known_of(db, office_id).issuer_id is not None
        acts = list(db.scalars(select(OfficeEvent.act).order_by(OfficeEvent.id)))
        assert acts == ["edit", "submit", "approve", "sign"]
        assert check_audit(db) is None
        expected = {(reviewer, "Văn bản trình đồng chí xem xét"), (leader, "Văn bản trình đồng chí ký"),
                    (office.members["chair"], "Văn bản đã ký, chờ lấy số"),
                    (office.members["first"], "Văn bản đã ký, chờ lấy số")}  # fmt: skip
        assert expected <= told(db)


def test_sent_back_it_is_the_draft_again(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = submitted(db, office, "secretary")
        person = office.person(db, "secretary")
        with pytest.raises(Problem, match="missing"):
            chain.send_back(db, seen(db, office, "secretary", office_id), " ", person, NOW)
        chain.send_back(db, seen(db, office, "secretary", office_id), "thiếu căn cứ", person, NOW)
        doc = db.get_one(OfficeDocument, office_id)
        version = newest_version(db, doc.document_id)
        assert version is not None
        assert (version.media_type, version.sha256) == (DOCX, "a" * 64)
        assert labels(db, office_id) == {member_label(office.members[name]) for name in ("chair", "secretary")}
        assert [step.outcome for step in desk.chain(db, office_id)] == ["sent_back"]
        submitted(db, office, office_id=office_id)
        sign(db, office, "leader", office_id)
        assert [step.position for step in desk.chain(db, office_id)] == [1, 2]


def test_submitting_asks_for_a_signer_a_check_and_a_reason(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = begun(db, office, signer_id=None)
        draft = operations.draft_of(db, db.get_one(OfficeDocument, office_id))
        version = operations.newest(db, db.get_one(OfficeDocument, office_id))
        with pytest.raises(Invalid) as none:
            chain.check(draft, version, [], "")
        assert none.value.faults["signer_id"].code == "draft_no_signer"
        draft.signer_id = office.members["leader"]
        for reviewers in ([office.members["leader"]], [1, 1], list(range(100, 120))):
            with pytest.raises(Invalid) as twice:
                chain.check(draft, version, reviewers, "")
            assert twice.value.faults["reviewers"].code == "chain_twice"
        operations.set_check(draft, version, [Fault(Component.HEADING, What.MISSING)])
        with pytest.raises(Invalid) as faults:
            chain.check(draft, version, [], " ")
        assert faults.value.faults["reason"].code == "form_faults"
        chain.check(draft, version, [], "văn bản phối hợp")
        operations.set_check(draft, version, [Fault(Component.FONT, What.HINT)])
        chain.check(draft, version, [], "")
        draft.checked_version_id = None
        with pytest.raises(Invalid) as unchecked:
            chain.check(draft, version, [], "")
        assert unchecked.value.faults["reason"].code == "form_unchecked"


def test_who_has_left_is_refused_by_name(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = begun(db, office)
        db.get_one(Member, office.members["leader"]).status = MemberStatus.LEFT
        with pytest.raises(Invalid) as left:
            submitted(db, office, office_id=office_id)
        assert left.value.faults["signer_id"].values["name"] == "Nguyễn Thị Leader"
        with pytest.raises(Invalid):
            begun(db, office, sha="d")


def test_the_file_has_one_who_works_on_it(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = begun(db, office)
        chair = office.person(db, "chair")
        doc = operations.newest(db, seen(db, office, "chair", office_id).doc)
        operations.take_out(db, seen(db, office, "chair", office_id), chair, NOW)
        assert loans.loan_of(db, doc.document_id, NOW + timedelta(hours=1)) is not None
        upload = Upload(blob("e"), "sua.docx", DOCX)
        operations.put(db, seen(db, office, "chair", office_id), upload, (), chair, NOW)
        assert loans.loan_of(db, doc.document_id, NOW) is None
        with pytest.raises(Problem, match="same_as_newest"):
            operations.put(db, seen(db, office, "chair", office_id), upload, (), chair, NOW)
        other = Upload(blob("f"), "bang.xlsx", "application/zip")
        with pytest.raises(Problem, match="draft_kind"):
            operations.put(db, seen(db, office, "chair", office_id), other, (), chair, NOW)


def test_comments_go_in_rounds(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = begun(db, office)
        chair, colleague = office.person(db, "chair"), office.person(db, "secretary")
        ask = {office.members["secretary"], office.members["third"]}
        with pytest.raises(NotFound):
            rounds.comment(db, seen(db, office, "secretary", office_id), "sớm quá", colleague, NOW)
        rounds.ask(db, seen(db, office, "chair", office_id), ask, TODAY, chair, NOW)
        assert [one.due_on for one in queries.to_comment(db, office.members["third"])] == [TODAY]
        made = rounds.comment(db, seen(db, office, "secretary", office_id), "nêu rõ thời hạn", colleague, NOW)
        assert queries.to_comment(db, office.members["secretary"]) == []
        with pytest.raises(Forbidden):
            rounds.settle(db, seen(db, office, "secretary", office_id), made.id, "x", colleague, NOW)
        rounds.settle(db, seen(db, office, "chair", office_id), made.id, "đã tiếp thu", chair, NOW)
        with pytest.raises(Problem, match="comment_settled"):
            rounds.settle(db, seen(db, office, "chair", office_id), made.id, "lần nữa", chair, NOW)
        with pytest.raises(Invalid):
            rounds.ask(db, seen(db, office, "chair", office_id), set(), None, chair, NOW)
        with pytest.raises(Invalid):
            rounds.ask(db, seen(db, office, "chair", office_id), ask, TODAY - timedelta(days=1), chair, NOW)
        rounds.ask(db, seen(db, office, "chair", office_id), {office.members["third"]}, None, chair, NOW)
        assert [(one.round, one.text) for one in rounds.of(db, office_id)] == [(1, "nêu rõ thời hạn")]
        assert queries.to_comment(db, office.members["secretary"]) == []
        assert (office.members["secretary"], "Góp ý của đồng chí đã được trả lời") in told(db)


def test_a_secret_draft_is_told_of_without_its_words(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = submitted(db, office, **SECRET)
        assert labels(db, office_id) == {member_label(office.members[name]) for name in ("chair", "leader")}
        sign(db, office, "leader", office_id)
        assert all("Tháng Thanh niên" not in notice.subject + notice.text for notice in db.scalars(select(Notice)))


def test_a_draft_from_what_was_decided_or_came_in(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        meeting = make_meeting(db, office)
        item = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)).all()[0]
        secretary = office.person(db, "secretary")
        one = conclusions.add(db, meeting, None, "Thống nhất kế hoạch năm.", secretary.member_id, NOW)
        from_conclusion = sources.load(db, secretary, f"conclusion:{one.id}")
        assert "Thống nhất kế hoạch năm." in from_conclusion.values["body"]
        assert from_conclusion.origins[0].kind == LinkKind.CONCLUSION
        with pytest.raises(NotFound):
            sources.load(db, office.person(db, "stranger"), f"conclusion:{one.id}")
        said = Draft("Về kế hoạch", "Căn cứ A;", "Điều 1. X.")
        kept = resolutions.save(db, meeting, item, said, secretary.member_id, NOW)
        from_resolution = sources.load(db, secretary, f"resolution:{kept.id}")
        assert from_resolution.types == ("NQ",)
        assert (from_resolution.values["subject"], from_resolution.values["grounds"]) == ("về kế hoạch", "Căn cứ A;")
        came = registered(db, office)
        answer = sources.load(db, office.person(db, "first"), f"replies:{came}")
        assert answer.types == ("CV",)
        assert "15/QĐ-UBND" in answer.values["subject"]
        assert answer.origins[0].relation == Relation.REPLIES
        for written in ("replies:0", "replies:x", "nothing:1", f"replies:{'9' * 30}", ""):
            with pytest.raises(NotFound):
                sources.load(db, office.person(db, "first"), written)
        with pytest.raises(Problem, match="source_unfit"):
            sources.load(db, office.person(db, "first"), f"amends:{came}")
        office_id = begun(db, office)
        operations_link = links.Link(LinkKind.OFFICE, office_id, Relation.REPLIES, LinkKind.OFFICE, came)
        links.add(db, operations_link, None, NOW)
        assert operations_link in links.of(db, LinkKind.OFFICE, came)


ACTS = ("put", "submit", "withdraw", "approve", "send_back", "sign", "discard", "ask", "comment", "reviewed")


def _do(db: Session, office: Office, office_id: int, who: str, act: str, count: int) -> None:
    person = office.person(db, who)
    if act in ("submit", "reviewed"):
        submitted_by(db, office, office_id, who, ["secretary"] if act == "reviewed" else [], count)
        return
    if act == "sign":
        sign(db, office, who, office_id)
        return
    mine = seen(db, office, who, office_id)
    more: dict[str, Any] = {
        "put": lambda: operations.put(db, mine, Upload(blob(f"{count:x}"[-1]), "x.docx", DOCX), (), person, NOW),
        "withdraw": lambda: chain.withdraw(db, mine, "lý do", person, NOW),
        "approve": lambda: chain.approve(db, mine, "", person, NOW),
        "send_back": lambda: chain.send_back(db, mine, "lý do", person, NOW),
        "discard": lambda: operations.discard(db, mine, "lý do", person, NOW),
        "ask": lambda: rounds.ask(db, mine, {office.members["secretary"]}, None, person, NOW),
        "comment": lambda: rounds.comment(db, mine, "ý kiến", person, NOW),
    }
    more[act]()


def submitted_by(db: Session, office: Office, office_id: int, who: str, reviewers: list[str], count: int) -> None:
    mine = seen(db, office, who, office_id)
    source = operations.newest(db, mine.doc)
    whom = [office.members[name] for name in reviewers]
    paper = blob(f"{count + 7:x}"[-1])
    chain.submit(db, mine, chain.Submission(source.id, paper, 1, whom), office.person(db, who), NOW)


def test_no_sequence_of_acts_leaves_the_table(database: Database) -> None:
    """Whoever does what: each change of state is a step of the table, and the history says so."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        db = Session(connection, join_transaction_mode="create_savepoint")
        office = staffed(db)
        office_id = begun(db, office)

        @given(steps=st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(ACTS)), max_size=14))
        @settings(max_examples=25, deadline=None)
        def any_sequence(steps: list[tuple[str, str]]) -> None:
            point = db.begin_nested()
            _follow(db, office, office_id, steps)
            point.rollback()
            db.expire_all()

        any_sequence()
        db.close()
        transaction.rollback()


REACHED = {step.to for step in life_rules.OUTGOING.values() if step.to} | {OfficeState.DRAFT}


def _follow(db: Session, office: Office, office_id: int, steps: list[tuple[str, str]]) -> None:
    state = OfficeState.DRAFT
    for count, (who, act) in enumerate(steps):
        try:
            with db.begin_nested():
                _do(db, office, office_id, who, act, count)
        except Problem:
            db.expire_all()
        now = OfficeState(db.get_one(OfficeDocument, office_id).state)
        assert now in REACHED
        if now != state:
            last = db.scalars(select(OfficeEvent.act).order_by(OfficeEvent.id.desc()).limit(1)).one()
            step = life_rules.TABLES[Direction.OUTGOING][OfficeAct(last)]
            assert state in step.states
            assert step.to == now
        pending = [one for one in desk.chain(db, office_id) if one.outcome is None]
        assert bool(pending) == (now == OfficeState.SUBMITTED)
        state = now


def test_the_state_is_kept(database: Database) -> None:
    with database.writing() as db:
        office_id = begun(db, staffed(db))
    assert state_of(database, office_id) == "draft"
