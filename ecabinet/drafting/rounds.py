"""Comments on drafts: asked for by a day, bound to the version they are about, answered. None of these commits."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Forbidden, Invalid, NotFound, Problem
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.drafting.models import DraftComment
from ecabinet.drafting.operations import draft_of, is_drafter, newest
from ecabinet.drafting.telling import tell
from ecabinet.office.chain_models import Consulted
from ecabinet.office.desk import Seen
from ecabinet.office.incoming import record
from ecabinet.office.life_rules import OfficeAct
from ecabinet.registry.models import Member
from ecabinet.registry.rules import MemberStatus

LONGEST = 4_000
LONGEST_ANSWER = 2_000
MOST = 100


def active(db: Session, wanted: Iterable[int], field: str) -> list[Member]:
    """These members, in the order asked for; raises ``chain_left`` naming one who is no longer there."""
    found = []
    for member_id in wanted:
        member = db.get(Member, member_id)
        if member is None:
            raise Invalid({field: Problem("no_such_member")})
        if member.status != MemberStatus.ACTIVE:
            raise Invalid({field: Problem("chain_left", name=member.full_name)})
        found.append(member)
    return found


def ask(db: Session, seen: Seen, whom: set[int], due_on: date | None, person: Person, now: datetime) -> None:
    """Ask these for comments on the newest version: the next round begins."""
    doc, draft = seen.doc, draft_of(db, seen.doc)
    seen.after(OfficeAct.EDIT)
    if not 0 < len(whom) <= MOST:
        raise Invalid({"whom": Problem("assign_nobody" if not whom else "too_many_lines", limit=MOST)})
    if due_on is not None and due_on < now.astimezone(ZONE).date():
        raise Invalid({"due_on": Problem("task_due_past")})
    members = active(db, sorted(whom), "whom")
    draft.round += 1
    db.add_all(
        Consulted(office_document_id=doc.id, round=draft.round, member_id=one.id, asked_at=now, due_on=due_on)
        for one in members
    )  # fmt: skip
    db.flush()
    names = [one.full_name for one in members]
    about = {"asked": names, "round": draft.round} | ({"due": due_on.isoformat()} if due_on else {})
    record(db, doc, OfficeAct.COMMENT, person, now, details=about)
    words = f"Đề nghị góp ý trước ngày {due_on:%d/%m/%Y}." if due_on else ""
    tell(db, doc, whom, "Đề nghị góp ý dự thảo", words, person, now)


def comment(db: Session, seen: Seen, text: str, person: Person, now: datetime) -> DraftComment:
    """What somebody has to say of the newest version."""
    doc, draft = seen.doc, draft_of(db, seen.doc)
    seen.after(OfficeAct.COMMENT)
    _check(text, "text", LONGEST)
    made = DraftComment(
        office_document_id=doc.id, version_id=newest(db, doc).id, round=draft.round, member_id=person.member_id,
        text=text, at=now, answer="",
    )  # fmt: skip
    db.add(made)
    record(db, doc, OfficeAct.COMMENT, person, now, text[:500])
    tell(db, doc, {doc.created_by}, "Góp ý dự thảo", text, person, now)
    return made


def settle(db: Session, seen: Seen, comment_id: int, answer: str, person: Person, now: datetime) -> None:
    """The drafter says what became of a comment; who made it is told."""
    seen.after(OfficeAct.COMMENT)
    if not is_drafter(seen):
        raise Forbidden
    one = db.get(DraftComment, comment_id)
    if one is None or one.office_document_id != seen.doc.id:
        raise NotFound(f"comment {comment_id}")
    if one.settled_at is not None:
        raise Problem("comment_settled")
    _check(answer, "answer", LONGEST_ANSWER)
    one.answer, one.settled_at, one.settled_by = answer, now, person.member_id
    record(db, seen.doc, OfficeAct.COMMENT, person, now, answer[:500], {"answers": one.member.full_name})
    tell(db, seen.doc, {one.member_id}, "Góp ý của đồng chí đã được trả lời", answer, person, now)


def _check(text: str, field: str, most: int) -> None:
    if not text.strip():
        raise Invalid({field: Problem("missing")})
    if len(text) > most:
        raise Invalid({field: Problem("too_long", limit=most)})


def of(db: Session, office_id: int) -> list[DraftComment]:
    """All comments, those of the last round first."""
    found = select(DraftComment).where(DraftComment.office_document_id == office_id)
    return list(db.scalars(found.order_by(DraftComment.round.desc(), DraftComment.id)))


def asked(db: Session, office_id: int) -> list[Consulted]:
    """All who were asked, those of the last round first."""
    found = select(Consulted).where(Consulted.office_document_id == office_id)
    return list(db.scalars(found.order_by(Consulted.round.desc(), Consulted.member_id)))
