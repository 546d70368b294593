"""Reminders of the due dates of incoming documents, each once, by the rules of tasks; and what lies unpresented."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, literal, select, tuple_
from sqlalchemy.orm import Session, joinedload

from ecabinet.access import Permission
from ecabinet.clock import ZONE
from ecabinet.engines import Engines
from ecabinet.notices.operations import tell_all
from ecabinet.notices.reminder_rules import Clock, Reminder, awake, reminder_due
from ecabinet.office import desk, routing
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.life_rules import WAITING, OfficeAct, OfficeState, is_slow
from ecabinet.office.models import SecretKeeper
from ecabinet.office.reminder_models import OfficeReminder, Told
from ecabinet.office.routing_models import OfficeEvent
from ecabinet.office.routing_rules import Role
from ecabinet.tasks.reminding import GIVEN_UP, LONG_AGO
from ecabinet.tasks.rules import deadline
from ecabinet.workdays import queries as workdays

PIECE = 500
"""Documents looked at together."""
# Written out in the statement, as the partial indexes say it, so that they are seen to serve.
_OPEN = [literal(state.value, literal_execute=True) for state in sorted(WAITING)]
_REGISTERED = literal(OfficeState.REGISTERED.value, literal_execute=True)
_SETS_THE_DATE = (OfficeAct.REGISTER, OfficeAct.CORRECT, OfficeAct.ASSIGN, OfficeAct.REOPEN)
_WORDS = {
    Told.DAY_BEFORE: "Nhắc: văn bản đến hạn xử lý ngày mai",
    Told.HOURS_BEFORE: "Nhắc: văn bản sắp hết hạn xử lý",
    Told.DUE: "Văn bản đến hạn xử lý",
    Told.OVERDUE: "Văn bản đã quá hạn xử lý",
    Told.LONG_OVERDUE: "Văn bản đã quá hạn xử lý 3 ngày",
    Told.UNPRESENTED: "Văn bản đến chưa trình, quá một ngày làm việc",
}


def due(db: Session, now: datetime) -> int | None:
    """A document of which somebody is to be told now."""
    return next(_waiting(db, now), None) or next(_unpresented(db, now), None)


def _waiting(db: Session, now: datetime) -> Iterator[int]:
    """Those near their due date of which a reminder is due, whatever time this date was set at."""
    today = now.astimezone(ZONE).date()
    waits = and_(OfficeDocument.due_on.is_not(None), OfficeDocument.state.in_(_OPEN))
    near = OfficeDocument.due_on.between(today - GIVEN_UP, today + timedelta(days=1))
    last = (date.min, 0)
    while True:
        after = tuple_(OfficeDocument.due_on, OfficeDocument.id) > tuple_(literal(last[0]), literal(last[1]))
        page = (
            select(OfficeDocument)
            .where(waits, near, OfficeDocument.recalled_at.is_(None), after)
            .order_by(OfficeDocument.due_on, OfficeDocument.id)
            .limit(PIECE)
        )
        docs = db.scalars(page).all()
        sent = _sent(db, docs)
        for doc in docs:
            told = sent[doc.id, doc.due_on or date.max]
            if reminder_due(_clock(doc, told, LONG_AGO), now) and reminder_due(_clock(doc, told, _since(db, doc)), now):
                yield doc.id
        if len(docs) < PIECE:
            return
        last = (docs[-1].due_on or date.max, docs[-1].id)


def _sent(db: Session, docs: Sequence[OfficeDocument]) -> dict[tuple[int, date], frozenset[Reminder]]:
    found: dict[tuple[int, date], frozenset[Reminder]] = defaultdict(frozenset)
    rows = select(OfficeReminder).where(
        OfficeReminder.office_document_id.in_([doc.id for doc in docs]), OfficeReminder.reminder != Told.UNPRESENTED
    )
    for row in db.scalars(rows):
        found[row.office_document_id, row.due_on] |= {Reminder(row.reminder)}
    return found


def _since(db: Session, doc: OfficeDocument) -> datetime:
    """Since when it has this due date, at the earliest."""
    acts = select(func.max(OfficeEvent.at)).where(OfficeEvent.office_document_id == doc.id)
    return db.scalar(acts.where(OfficeEvent.act.in_(_SETS_THE_DATE))) or doc.created_at


def _clock(doc: OfficeDocument, sent: frozenset[Reminder], since: datetime) -> Clock:
    ends = deadline(doc.due_on or date.max)
    return Clock(since, ends, ends + GIVEN_UP, sent)


def _unpresented(db: Session, now: datetime) -> Iterator[int]:
    """Those that came and were neither presented nor given to anybody by the next working day."""
    today = now.astimezone(ZONE).date()
    if awake(now) != now:
        return
    told = select(OfficeReminder.reminder).where(
        OfficeReminder.office_document_id == OfficeDocument.id, OfficeReminder.reminder == Told.UNPRESENTED
    )
    lying = (
        select(OfficeDocument.id, OfficeDocument.arrived_on)
        .where(
            OfficeDocument.state == _REGISTERED,
            OfficeDocument.recalled_at.is_(None),
        )
        .where(OfficeDocument.arrived_on.between(today - GIVEN_UP, today - timedelta(days=1)), ~told.exists())
        .order_by(OfficeDocument.arrived_on, OfficeDocument.id)
    )
    days = workdays.load(db)
    for office_id, arrived_on in db.execute(lying):
        if is_slow(OfficeState.REGISTERED, arrived_on, today, days):
            yield office_id


def remind(db: Session, doc: OfficeDocument, now: datetime) -> Told | None:
    """Send what is due of a document that the caller has locked; what was sent."""
    return _remind_of_date(db, doc, now) or _remind_of_presenting(db, doc, now)


def _remind_of_date(db: Session, doc: OfficeDocument, now: datetime) -> Told | None:
    if doc.due_on is None or OfficeState(doc.state) not in WAITING or doc.recalled_at is not None:
        return None
    sent = _sent(db, [doc])[doc.id, doc.due_on]
    reminder = reminder_due(_clock(doc, sent, _since(db, doc)), now)
    if reminder is None:
        return None
    told = Told(reminder.value)
    _tell(db, doc, told, _in_charge(db, doc, told), doc.due_on, now)
    return told


def _remind_of_presenting(db: Session, doc: OfficeDocument, now: datetime) -> Told | None:
    days, today = workdays.load(db), now.astimezone(ZONE).date()
    if doc.arrived_on is None or not is_slow(OfficeState(doc.state), doc.arrived_on, today, days):
        return None
    by = days.next(doc.arrived_on)
    if awake(now) != now or db.get(OfficeReminder, (doc.id, by, Told.UNPRESENTED)) is not None:
        return None
    # What is secret is none of the leaders' before it is presented to one of them.
    leaders = set() if doc.book in SECRET_BOOKS else {member for member, _name in desk.leaders(db, doc.unit)}
    _tell(db, doc, Told.UNPRESENTED, leaders | _clerks(db, doc), by, now)
    return Told.UNPRESENTED


def _in_charge(db: Session, doc: OfficeDocument, told: Told) -> set[int]:
    """Those who have it to see to now; long over, the leaders who gave it, or the unit's, are told too."""
    if doc.state == OfficeState.ASSIGNED:
        given = [
            one
            for one in desk.live_assignments(db, doc.id)
            if one.role != Role.INFO and one.ended_on is None
        ]  # fmt: skip
        above = {one.given_by for one in given} if told == Told.LONG_OVERDUE else set()
        return routing.workers(db, given) | above
    if doc.state == OfficeState.PRESENTED and doc.presented_to is not None:
        return {doc.presented_to} | (_clerks(db, doc) if told == Told.LONG_OVERDUE else set())
    escalates = told == Told.LONG_OVERDUE and doc.book not in SECRET_BOOKS
    return _clerks(db, doc) | ({member for member, _name in desk.leaders(db, doc.unit)} if escalates else set())


def _clerks(db: Session, doc: OfficeDocument) -> set[int]:
    if doc.book in SECRET_BOOKS:
        return set(db.scalars(select(SecretKeeper.member_id).where(SecretKeeper.unit_id == doc.unit_id)))
    return {member for _unit, member, _name in desk.holders(db, [doc.unit_id], Permission.KEEP_REGISTERS)}


def _tell(db: Session, doc: OfficeDocument, told: Told, members: set[int], due_on: date, now: datetime) -> None:
    """The words are Vietnamese, as those of all letters of the house; of a secret document they say nothing."""
    secret = doc.book in SECRET_BOOKS
    about = "văn bản mật" if secret else f"{doc.code} {doc.subject}".strip()
    what = "Cần trình trước hết ngày" if told == Told.UNPRESENTED else "Hạn xử lý:"
    text = "" if secret else f"{doc.subject}\nSố đến: {doc.ordinal or 'chưa có'}. {what} {due_on:%d/%m/%Y}."
    tell_all(
        db, members, f"{_WORDS[told]}: {about}", text, f"/office/documents/{doc.id}", now, about=f"office:{doc.id}"
    )  # fmt: skip
    db.add(OfficeReminder(office_document_id=doc.id, due_on=due_on, reminder=told, at=now))
    db.flush()


def remind_of_one(engines: Engines, now: datetime) -> bool:
    """A task as :data:`ecabinet.worker.Task` says: reminds of one document."""
    with engines.database.reading() as db:  # no write lock: SQLite has only one
        office_id = due(db, now)
    if office_id is None:
        return False
    with engines.database.writing() as db:
        # Locked, so that of two workers the second sees what the first has sent.
        found = select(OfficeDocument).where(OfficeDocument.id == office_id).with_for_update(of=OfficeDocument)
        remind(db, db.scalars(found.options(joinedload(OfficeDocument.unit))).one(), now)
    return True
