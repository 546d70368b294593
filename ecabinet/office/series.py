"""Series of numbers: taking, reserving, releasing, voiding. None of these commits.

Whoever changes a series holds the lock of its row to the end of the transaction, so the numbers of one series are given
out one after the other, and a transaction that fails has taken none.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from documents.database import Base
from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import ancestors
from ecabinet.clock import ZONE
from ecabinet.office.models import Issuer, NumberEvent, NumberSeries, OfficeSetting, SeriesNumber
from ecabinet.office.numbering_rules import (
    LAST_ORDINAL,
    Direction,
    Every,
    IssuerKind,
    NumberAct,
    NumberState,
    Period,
    Profile,
    Remark,
    TermDays,
    after,
    check_reason,
    period_of,
    remarks_on,
)
from ecabinet.office.profiles import DEFAULT, PROFILES
from ecabinet.registry.models import Term, Unit

LONGEST_NAME = 200


@dataclass(frozen=True)
class Act:
    """Who does it and when; ``reason`` in words, where one is needed or given."""

    by: int | None
    now: datetime
    reason: str = ""

    @property
    def today(self) -> date:
        """The day on the office's clock."""
        return self.now.astimezone(ZONE).date()


@dataclass(frozen=True)
class Wanted:
    """What a number is for."""

    issuer: Issuer
    direction: Direction
    dated: date
    type_code: str = ""
    secret: bool = False


def profile_of(db: Session, unit: Unit) -> Profile:
    """The profile of a unit: its own choice, else that of the nearest above, with what was changed there."""
    rows = db.execute(
        select(OfficeSetting, Unit.path)
        .join(Unit, Unit.id == OfficeSetting.unit_id)
        .where(OfficeSetting.unit_id.in_(ancestors(unit.path)))
    )
    chosen = max(rows, key=lambda row: len(row[1]), default=None)
    return PROFILES[chosen[0].profile].changed(chosen[0].changes) if chosen is not None else DEFAULT


def issuer_of(db: Session, unit: Unit) -> Issuer:
    """The unit itself as an issuer, from the first time that it is asked for."""
    own = select(Issuer).where(Issuer.unit_id == unit.id, Issuer.kind == IssuerKind.UNIT)
    found = db.scalar(own)
    if found is None:
        _insert_unless_there(db, Issuer, unit_id=unit.id, kind=IssuerKind.UNIT, name=unit.name, notation="")
        found = db.scalars(own).one()
    return found


def series_for(db: Session, wanted: Wanted) -> NumberSeries:
    """The series that a number is to come from, locked until the transaction ends; begun where there was none."""
    issuer = wanted.issuer
    rule = profile_of(db, issuer.unit).rule_for(wanted.direction, wanted.type_code, IssuerKind(issuer.kind))
    terms = terms_of(db, issuer) if rule.period == Every.TERM else []
    period = period_of(rule.period, wanted.dated, terms)
    key = {
        "issuer_id": issuer.id, "rule": rule.name, "type_code": rule.series_type(wanted.type_code),
        "secret": wanted.secret, "period": period.key,
    }  # fmt: skip
    one = select(NumberSeries).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    found = db.scalar(one)
    if found is None:
        days = {"starts_on": period.starts_on, "ends_on": period.ends_on}
        _insert_unless_there(
            db, NumberSeries, **key, **days, direction=wanted.direction, first_number=1, next_number=1
        )  # fmt: skip
        found = db.scalars(one).one()
    return found


def terms_of(db: Session, issuer: Issuer) -> list[TermDays]:
    """The terms of an issuer's body."""
    rows = db.execute(select(Term.id, Term.starts_on, Term.ends_on).where(Term.body_id == issuer.body_id))
    return [TermDays(*row) for row in rows]


def lock(db: Session, series_id: int) -> NumberSeries:
    """A series, locked until the transaction ends."""
    query = select(NumberSeries).where(NumberSeries.id == series_id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def take(db: Session, series: NumberSeries, dated: date, act: Act) -> SeriesNumber:
    """The next number of a locked series, for a document of that date: a released one before one that is new.

    ``act.reason`` makes a date that does not belong here an exception on record; see :func:`.remarks_on`.
    """
    remarks = _remarks(series, dated, act)
    number = _next(db, series, NumberAct.TAKE, act)
    number.dated_on = dated
    _date(series, dated)
    _record(db, number, NumberAct.TAKE, act, remarks)
    return number


def reserve(db: Session, series: NumberSeries, for_whom: str, until: date, act: Act) -> SeriesNumber:
    """Keep the next number for somebody until a day, that day included; after it the next who takes one has it."""
    if not for_whom.strip():
        raise Problem("missing", field="for_whom")
    if len(for_whom) > LONGEST_NAME:
        raise Problem("too_long", field="for_whom", limit=LONGEST_NAME)
    if until < act.today:
        raise Problem("already_over", field="until")
    number = _next(db, series, NumberAct.RESERVE, act)
    number.reserved_for, number.reserved_until = for_whom.strip(), until
    _record(db, number, NumberAct.RESERVE, act)
    return number


def use(db: Session, number: SeriesNumber, dated: date, act: Act) -> None:
    """Take a reserved number for its document; its series is locked."""
    remarks = _remarks(number.series, dated, act)
    _move(number, NumberAct.USE)
    number.dated_on = dated
    _date(number.series, dated)
    _record(db, number, NumberAct.USE, act, remarks)


def release(db: Session, number: SeriesNumber, act: Act) -> None:
    """Give a number back: it is the next to be taken. Its series is locked; no document bears it any longer."""
    check_reason(act.reason)
    _move(number, NumberAct.RELEASE)
    _record(db, number, NumberAct.RELEASE, act)
    _audit(db, number, "number_release", act)


def void(db: Session, number: SeriesNumber, act: Act) -> None:
    """A number that no document will ever bear, with the reason; its series is locked."""
    check_reason(act.reason)
    _move(number, NumberAct.VOID)
    _record(db, number, NumberAct.VOID, act)
    _audit(db, number, "number_void", act)


def set_last(db: Session, series: NumberSeries, last: int, act: Act) -> None:
    """The office comes with numbers given elsewhere: its next here is the one after ``last``. The series is locked and
    has given none yet.
    """
    check_reason(act.reason)
    if not 0 <= last < LAST_ORDINAL:
        raise Problem("not_in_range", field="last", low=0, high=LAST_ORDINAL - 1)
    if series.next_number != series.first_number:
        raise Problem("series_begun", field="last")
    series.first_number = series.next_number = last + 1
    audit.record(db, act.by, "series_begun_at", f"series:{series.id}", act.now, last=last, reason=act.reason)
    db.flush()


def _next(db: Session, series: NumberSeries, act: NumberAct, who: Act) -> SeriesNumber:
    _expire(db, series, who)
    number = db.scalar(
        select(SeriesNumber)
        .where(SeriesNumber.series_id == series.id, SeriesNumber.state == NumberState.RELEASED)
        .order_by(SeriesNumber.number)
        .limit(1)
    )
    if number is None:
        number = SeriesNumber(series=series, number=series.next_number, state=after(act, None), reserved_for="")
        series.next_number += 1
        db.add(number)
    else:
        _move(number, act)
    return number


def _expire(db: Session, series: NumberSeries, who: Act) -> None:
    over = and_(SeriesNumber.state == NumberState.RESERVED, SeriesNumber.reserved_until < who.today)
    for number in db.scalars(select(SeriesNumber).where(SeriesNumber.series_id == series.id, over)):
        _move(number, NumberAct.EXPIRE)
        _record(db, number, NumberAct.EXPIRE, Act(None, who.now))


def _move(number: SeriesNumber, act: NumberAct) -> None:
    number.state = after(act, NumberState(number.state))
    if number.state != NumberState.RESERVED:
        number.reserved_until, number.reserved_for = None, ""
    if number.state == NumberState.RELEASED:
        number.dated_on = None


def _remarks(series: NumberSeries, dated: date, act: Act) -> list[Remark]:
    period = Period(series.period, series.starts_on, series.ends_on)
    return remarks_on(dated, period, act.today, series.last_dated, act.reason)


def _date(series: NumberSeries, dated: date) -> None:
    if series.last_dated is None or dated > series.last_dated:
        series.last_dated = dated


def _record(db: Session, number: SeriesNumber, act: NumberAct, who: Act, remarks: list[Remark] | None = None) -> None:
    db.flush()
    words = {"reason": who.reason[:500], "remarks": [str(remark) for remark in remarks or []]}
    db.add(NumberEvent(number_id=number.id, at=who.now, by=who.by, act=act, **words))


def _audit(db: Session, number: SeriesNumber, action: str, act: Act) -> None:
    about = {"series": number.series_id, "number": number.number, "reason": act.reason}
    audit.record(db, act.by, action, f"number:{number.id}", act.now, **about)


def _insert_unless_there(db: Session, table: type[Base], **values: Any) -> None:
    """Two at once make one: the second waits for the first and then finds its row."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.execute(insert(table).values(**values).on_conflict_do_nothing())
