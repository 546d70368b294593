"""What a page of registers and reports is about, as the address says it: the unit, the register, filter, days."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from documents.text import exact, fold
from ecabinet.access import within
from ecabinet.clock import today
from ecabinet.fields import asked, day_of
from ecabinet.office import desk
from ecabinet.office.document_rules import SECRET_BOOKS, Book
from ecabinet.office.life_rules import OfficeState
from ecabinet.office.register_filters import MEANT, Filter, Order
from ecabinet.registry.models import Unit
from ecabinet.reports import period_rules
from ecabinet.reports.period_rules import Period
from ecabinet.web import person


def row_id(name: str) -> int | None:
    """The id of a row; raises :class:`NotFound` for what can be none."""
    given = asked(name, 20)
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and int(given) < 2**31):
        raise NotFound(f"{name} {given}")
    return int(given)


def read_units(db: Session, typed: str, limit: int = 10) -> Sequence[Unit]:
    """Units that stand and whose register this person reads: the one with that code, or those named so."""
    paths = {path for permission in desk.READERS for path in person().paths(permission)}
    if not typed or not paths:
        return []
    mine = select(Unit).where(or_(*(within(Unit.path, path) for path in sorted(paths))), Unit.dissolved_on.is_(None))
    by_code = db.scalars(mine.where(Unit.code == typed)).all()
    named = mine.where(*(Unit.search_name.contains(word, autoescape=True) for word in fold(exact(typed)).split()))
    return by_code or db.scalars(named.order_by(Unit.path).limit(limit)).all()


def unit(db: Session) -> tuple[Unit, Sequence[Unit]]:
    """The unit of ``?unit=``, else the first whose register this person reads; or the one that ``?in_unit=`` names by
    code or by words. Where these are the words of several, the others are offered. Raises ``unit_not_found``.
    """
    typed = asked("in_unit", 100)
    found = read_units(db, typed)
    if typed and not found:
        raise Problem("unit_not_found", field="in_unit")
    if len(found) == 1:
        return found[0], ()
    return desk.unit_of(db, person(), row_id("unit"), *desk.READERS), found


def book(db: Session, of: Unit) -> Book:
    """The register of ``?book=``; a secret one is there only for those entrusted with it."""
    name = asked("book", 20)
    found = Book(name) if name in list(Book) else Book.INCOMING
    if found in SECRET_BOOKS and not desk.keeps_secrets(db, of.id, person()):
        raise NotFound(f"secret register of unit {of.id}")
    return found


def books(db: Session, of: Unit) -> list[Book]:
    """The registers of a unit that this person reads."""
    keeps = desk.keeps_secrets(db, of.id, person())
    return [one for one in Book if keeps or one not in SECRET_BOOKS]


def register(of: Unit, which: Book) -> Filter:
    """The filter as the address says it; what is none of the known values means any."""
    order, state = asked("order", 20), asked("state", 20)
    return Filter(
        of.id, which, today(), Order(order) if order in list(Order) else Order.ARRIVED,
        state if state in {*OfficeState, *MEANT} else "", asked("type_code", 20), asked("organ", 200),
        asked("number", 11), asked("words", 200), day_of(asked("since", 10)), day_of(asked("until", 10)),
        asked("after", 30),
    )  # fmt: skip


def period(default: str = "") -> Period:
    """The period of ``?period=``, or the days ``?since=`` to ``?until=``; without either that of the default code."""
    code = asked("period", 10)
    if (found := period_rules.of(code)) is not None:
        return found
    since, until = day_of(asked("since", 10)), day_of(asked("until", 10))
    if since is None and until is None and (usual := period_rules.of(default or str(today().year))) is not None:
        return usual
    return period_rules.days(since, until, today())
