"""The life of a round: handed on, approved, sent, extended, closed, reported, recalled. None commits."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.errors import Problem
from documents.models import Document
from documents.operations import add_document, set_labels
from documents.versions import add_version
from ecabinet import audit
from ecabinet.access import GRANTS, Permission, ancestors, member_label, office_label, unit_label
from ecabinet.clock import ZONE
from ecabinet.notices import reminder_rules
from ecabinet.notices.reminder_rules import Reminder
from ecabinet.opinions import rules
from ecabinet.opinions.answer_rules import closes_at
from ecabinet.opinions.drafting import addressed, note, papers, preparing_labels
from ecabinet.opinions.models import OpinionPolicy, OpinionRecipient, OpinionReminder, OpinionRound
from ecabinet.opinions.notices import Notify
from ecabinet.opinions.rules import Action, CloseHow, EventKind, NoticeKind, RoundState
from ecabinet.registry.models import Account, Unit, UnitRole


def needs_approval(db: Session, of: OpinionRound) -> bool:
    """Whether a superior approves it first: the unit, or one above, wants it always, or those who prepare it ask for
    it.
    """
    wanted = select(OpinionPolicy.unit_id).where(OpinionPolicy.unit_id.in_(ancestors(of.unit.path))).limit(1)
    return of.asks_approval or db.scalar(wanted) is not None


def set_policy(db: Session, unit: Unit, wanted: bool, by: int, now: datetime) -> None:
    """Want rounds of the unit and of those below approved first, or no longer."""
    policy = db.get(OpinionPolicy, unit.id)
    if wanted and policy is None:
        db.add(OpinionPolicy(unit_id=unit.id, set_by=by, set_at=now))
    elif not wanted and policy is not None:
        db.delete(policy)
    else:
        return
    db.flush()
    audit.record(db, by, "opinion_policy", f"unit:{unit.id}", now, approval=wanted)


def approvers(db: Session, of: OpinionRound) -> list[int]:
    """The members whose role lets them approve rounds of the unit."""
    roles = [role for role, allowed in GRANTS.items() if Permission.APPROVE in allowed]
    return list(
        db.scalars(
            select(Account.member_id)
            .join(UnitRole, UnitRole.account_id == Account.id)
            .where(UnitRole.unit_id.in_(ancestors(of.unit.path)), UnitRole.role.in_(roles), Account.active)
            .distinct()
        )
    )


def _step(
    db: Session, of: OpinionRound, action: Action, kind: EventKind, by: int | None, now: datetime, reason: str = "",
    **details: object,
) -> None:  # fmt: skip
    wanted = action in (Action.SUBMIT, Action.SEND) and needs_approval(db, of)
    of.state = rules.check_step(action, RoundState(of.state), reason, needs_approval=wanted)
    db.flush()
    note(db, of, kind, by, now, reason, **details)


def submit(db: Session, of: OpinionRound, by: int, now: datetime, notify: Notify) -> None:
    """Hand it on for approval."""
    people = addressed(db, of, now.astimezone(ZONE).date())
    rules.check_step(Action.SUBMIT, RoundState(of.state), needs_approval=needs_approval(db, of))
    rules.check_ready(len(of.questions), len(people), of.deadline, now)
    of.submitted_by = by
    _step(db, of, Action.SUBMIT, EventKind.SUBMITTED, by, now)
    notify(db, of, (member for member in approvers(db, of) if member != by), NoticeKind.SUBMITTED, now)


def withdraw(db: Session, of: OpinionRound, by: int, now: datetime) -> None:
    """Take it back to change it; an approval given before falls with it."""
    _step(db, of, Action.WITHDRAW, EventKind.WITHDRAWN, by, now)


def approve(db: Session, of: OpinionRound, by: int, now: datetime, notify: Notify) -> None:
    """A superior approves; not the one who handed it on."""
    rules.check_superior(of.submitted_by, by)
    _step(db, of, Action.APPROVE, EventKind.APPROVED, by, now)
    notify(db, of, {of.created_by, of.submitted_by or of.created_by} - {by}, NoticeKind.APPROVED, now)


def give_back(db: Session, of: OpinionRound, reason: str, by: int, now: datetime, notify: Notify) -> None:
    """A superior gives it back with a reason."""
    rules.check_superior(of.submitted_by, by)
    _step(db, of, Action.RETURN, EventKind.RETURNED, by, now, reason)
    notify(db, of, {of.created_by, of.submitted_by or of.created_by} - {by}, NoticeKind.RETURNED, now)


def send(db: Session, of: OpinionRound, by: int, now: datetime, notify: Notify) -> int:
    """Send it to those addressed, as they stand on this day; how many. With it the papers open to them."""
    people = addressed(db, of, now.astimezone(ZONE).date())
    rules.check_step(Action.SEND, RoundState(of.state), needs_approval=needs_approval(db, of))
    rules.check_ready(len(of.questions), len(people), of.deadline, now)
    db.add_all(
        OpinionRecipient(round_id=of.id, rank=rank, **vars(person)) for rank, person in enumerate(people, start=1)
    )
    of.since = now
    _step(db, of, Action.SEND, EventKind.SENT, by, now, recipients=len(people))
    _plan(db, of, now)
    open_papers(db, of, now)
    notify(db, of, (person.member_id for person in people), NoticeKind.ASKED, now)
    return len(people)


def open_papers(db: Session, of: OpinionRound, now: datetime) -> None:
    """Those asked may read the papers while the round stands, and the offices above by their role."""
    labels = preparing_labels(of)
    if of.state in rules.WITH_RECIPIENTS:
        labels |= {office_label(unit_id) for unit_id in ancestors(of.unit.path)}
        labels |= {member_label(member_id) for member_id in _recipients(db, of)}
    for document in papers(db, of.id):
        set_labels(db, document, labels, now)


def _recipients(db: Session, of: OpinionRound, *, unanswered: bool = False) -> list[int]:
    found = select(OpinionRecipient.member_id).where(OpinionRecipient.round_id == of.id)
    return list(db.scalars(found.where(OpinionRecipient.revision == 0) if unanswered else found))


def extend(
    db: Session, of: OpinionRound, deadline: datetime | None, reason: str, by: int, now: datetime, notify: Notify
) -> None:
    """Give more time; one that was closed opens again."""
    rules.check_step(Action.EXTEND, RoundState(of.state), "-")
    later = rules.check_extension(deadline, of.deadline, now, reason)
    before, of.deadline, of.since = of.deadline, later, now
    of.closed_at = of.closed_how = None
    _step(
        db, of, Action.EXTEND, EventKind.EXTENDED, by, now, reason,
        before=before.isoformat(), deadline=later.isoformat(),
    )  # fmt: skip
    _plan(db, of, now)
    notify(db, of, _recipients(db, of), NoticeKind.EXTENDED, now)


def close(db: Session, of: OpinionRound, how: CloseHow, by: int | None, now: datetime, notify: Notify) -> None:
    """No more answers are taken."""
    of.closed_at, of.closed_how, of.wake_at = now, how, None
    waiting = len(_recipients(db, of, unanswered=True))
    _step(db, of, Action.CLOSE, EventKind.CLOSED, by, now, how=how, unanswered=waiting)
    if by is None:
        notify(db, of, [of.created_by], NoticeKind.CLOSED, now)


def report(
    db: Session, of: OpinionRound, conclusion: str, shared: bool, by: int, now: datetime, notify: Notify
) -> None:
    """Sum it up; ``shared``: those asked may read the report."""
    rules.check_conclusion(conclusion)
    of.conclusion, of.shared = conclusion, shared
    _step(db, of, Action.REPORT, EventKind.REPORTED, by, now, shared=shared)
    if shared:
        notify(db, of, _recipients(db, of), NoticeKind.REPORTED, now)


def keep_report(db: Session, of: OpinionRound, blob: Blob, by_name: str, by: int, now: datetime) -> Document:
    """Keep the report with the organisation's seal in the archive, once: for those who may read the report."""
    if of.state != RoundState.REPORTED or of.report_id is not None:
        raise Problem("wrong_state")
    readers = {member_label(member_id) for member_id in _recipients(db, of)} if of.shared else set[str]()
    document = add_document(
        db, title=f"Báo cáo tổng hợp ý kiến: {of.title}", kind="opinion_report", labels=preparing_labels(of) | readers,
        by=by_name, now=now, issuer=of.unit.name, issued_on=now.date(), owner=unit_label(of.unit_id),
    )  # fmt: skip
    name = f"tong-hop-y-kien-{of.id}.pdf"
    add_version(db, document, blob, filename=name, media_type="application/pdf", by=by_name, now=now)
    of.report_id = document.id
    audit.record(db, by, "opinion_report_sealed", f"opinion:{of.id}", now, document=document.id, sha256=blob.sha256)
    return document


def recall(db: Session, of: OpinionRound, reason: str, by: int, now: datetime, notify: Notify) -> None:
    """Take it back for good: nobody answers any more, the papers close; answers given are kept."""
    of.wake_at = None
    _step(db, of, Action.RECALL, EventKind.RECALLED, by, now, reason)
    open_papers(db, of, now)
    notify(db, of, _recipients(db, of), NoticeKind.RECALLED, now)


def remind(db: Session, of: OpinionRound, by: int, now: datetime, notify: Notify) -> int:
    """Remind at once all who have not answered; how many."""
    rules.check_step(Action.CLOSE, RoundState(of.state))
    waiting = _recipients(db, of, unanswered=True)
    _remind(db, of, waiting, by, now, notify, "hand")
    return len(waiting)


def _remind(
    db: Session, of: OpinionRound, waiting: Iterable[int], by: int | None, now: datetime, notify: Notify, kind: str
) -> None:
    waiting = list(waiting)
    note(db, of, EventKind.REMINDED, by, now, how=kind, unanswered=len(waiting))
    notify(db, of, waiting, NoticeKind.REMINDED if now < of.deadline else NoticeKind.OVERDUE, now)


# ------------------------------------------------------------------ by the clock


def _clock(db: Session, of: OpinionRound) -> reminder_rules.Clock:
    sent = select(OpinionReminder.kind).where(
        OpinionReminder.round_id == of.id, OpinionReminder.deadline == of.deadline
    )
    return reminder_rules.Clock(
        of.since or of.created_at,
        of.deadline,
        closes_at(of.deadline, of.late_days),
        frozenset(Reminder(kind) for kind in db.scalars(sent)),
    )


def _plan(db: Session, of: OpinionRound, now: datetime) -> None:
    of.wake_at = reminder_rules.wake_at(_clock(db, of), now)


def due(db: Session, now: datetime) -> bool:
    """Whether some round wants something done by the clock."""
    return db.scalar(select(OpinionRound.id).where(OpinionRound.wake_at <= now).limit(1)) is not None


def tend(db: Session, now: datetime, notify: Notify) -> bool:
    """Do what one round wants done by the clock: a reminder, or its closing. False when none does."""
    wanted = select(OpinionRound).where(OpinionRound.wake_at <= now).order_by(OpinionRound.wake_at, OpinionRound.id)
    of = db.scalar(wanted.limit(1).with_for_update(key_share=True, skip_locked=True))
    if of is None:
        return False
    if of.state != RoundState.SENT:
        of.wake_at = None
        return True
    clock = _clock(db, of)
    if now >= clock.closes:
        close(db, of, CloseHow.DEADLINE, None, now, notify)
        return True
    reminder = reminder_rules.reminder_due(clock, now)
    waiting = _recipients(db, of, unanswered=True)
    if reminder is not None:
        db.add(OpinionReminder(round_id=of.id, kind=reminder, deadline=of.deadline, at=now))
        db.flush()
        if waiting:
            _remind(db, of, waiting, None, now, notify, reminder)
    _plan(db, of, now)
    return True


def unanswered(db: Session, of: OpinionRound) -> int:
    """How many have not answered."""
    return (
        db.scalar(
            select(func.count())
            .select_from(OpinionRecipient)
            .where(OpinionRecipient.round_id == of.id, OpinionRecipient.revision == 0)
        )
        or 0
    )
