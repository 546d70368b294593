"""Saved searches: keeping, watching, letting go. None commits."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet.library import search_rules as rules
from ecabinet.library.search_address import Asked
from ecabinet.library.search_models import KnownHit, SavedSearch
from ecabinet.library.search_rules import Alert
from ecabinet.notices.operations import tell
from ecabinet.notices.rules import Quiet

QUIET = Quiet()
ROWS = 1000
SHOWN = 5


def saved_of(db: Session, account_id: int) -> list[SavedSearch]:
    """The searches that somebody keeps, by name."""
    return list(db.scalars(select(SavedSearch).filter_by(account_id=account_id).order_by(SavedSearch.name)))


def load(db: Session, account_id: int, search_id: int) -> SavedSearch:
    """A search of one's own; another's does not exist."""
    found = db.get(SavedSearch, search_id)
    if found is None or found.account_id != account_id:
        raise NotFound(f"saved search {search_id}")
    return found


def save(
    db: Session, account_id: int, name: str, asked: Asked, alert: Alert, known: Collection[str] | None, now: datetime
) -> SavedSearch:
    """Keep a question under a name. ``known`` is what it finds now, None when that could not be asked."""
    others = db.scalar(select(func.count(SavedSearch.id)).filter_by(account_id=account_id)) or 0
    rules.check_saved(name, asked.question, asked.kept(), others)
    if db.scalar(select(SavedSearch.id).filter_by(account_id=account_id, name=name)) is not None:
        raise Invalid({"name": Problem("search_name_taken")})
    saved = SavedSearch(
        account_id=account_id, name=name, question=asked.question, filters=asked.kept(), sort=asked.sort.value,
        alert=Alert.NONE, created_at=now,
    )  # fmt: skip
    db.add(saved)
    db.flush()
    watch(db, saved, alert, known, now)
    return saved


def watch(db: Session, saved: SavedSearch, alert: Alert, known: Collection[str] | None, now: datetime) -> None:
    """Tell the owner from now on of what is new, or no longer; ``known`` as above."""
    if saved.alert == Alert.NONE:
        saved.looked_at = now if known is not None else None
        db.execute(delete(KnownHit).where(KnownHit.search_id == saved.id))
        _remember(db, saved.id, known or ())
    saved.alert, saved.look_at = alert.value, rules.next_look(alert, now, QUIET)


def remove(db: Session, saved: SavedSearch) -> None:
    """Let go of a search."""
    db.execute(delete(KnownHit).where(KnownHit.search_id == saved.id))
    db.delete(saved)


def due(db: Session, now: datetime) -> SavedSearch | None:
    """The search that has waited longest to be looked at."""
    waiting = select(SavedSearch).where(SavedSearch.look_at <= now).order_by(SavedSearch.look_at, SavedSearch.id)
    return db.scalar(waiting.limit(1))


def known_of(db: Session, search_id: int) -> set[str]:
    """What its owner knows of."""
    return set(db.scalars(select(KnownHit.key).where(KnownHit.search_id == search_id)))


def to_look(db: Session, seen: SavedSearch) -> SavedSearch | None:
    """The search, locked, if nobody has looked at or changed it since it was read."""
    saved = db.scalar(select(SavedSearch).where(SavedSearch.id == seen.id).with_for_update())
    return saved if saved is not None and saved.look_at == seen.look_at else None


def stop(saved: SavedSearch) -> None:
    """Its owner may not sign in any more: nobody is told."""
    saved.alert, saved.look_at = Alert.NONE.value, None


def put_off(saved: SavedSearch, now: datetime) -> None:
    """The index could not answer: look again later."""
    saved.look_at = now + rules.WHILE_BROKEN


def looked(db: Session, saved: SavedSearch, member_id: int, new: Sequence[tuple[str, str]], now: datetime) -> None:
    """What was found and not known before, as (key, title), is known from now on; its owner is told of it once. The
    first look only learns what is there.
    """
    _remember(db, saved.id, [key for key, _title in new])
    if saved.looked_at is not None and new:
        titles = [f"– {title}" for _key, title in new[:SHOWN]]
        more = [f"và {len(new) - SHOWN} kết quả khác"] if len(new) > SHOWN else []
        subject = f"{len(new)} kết quả mới cho tìm kiếm “{saved.name}”"
        link = f"/searches/{saved.id}"
        tell(db, member_id, subject, "\n".join([*titles, *more]), link, now, about=f"saved_search:{saved.id}")
    saved.looked_at = now
    saved.look_at = rules.next_look(Alert(saved.alert), now, QUIET)


def _remember(db: Session, search_id: int, keys: Collection[str]) -> None:
    rows = [{"search_id": search_id, "key": key} for key in keys]
    for start in range(0, len(rows), ROWS):
        db.execute(insert(KnownHit), rows[start : start + ROWS])
