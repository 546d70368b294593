"""What is read of a document for its pages: its versions, its readers in words, the bin, what differs."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, extract, or_, select
from sqlalchemy.orm import Session, joinedload

from documents.compare import PagePair, Piece, compare_words, pair_pages
from documents.errors import NotFound
from documents.models import Binned, Document, DocumentLabel, PageText, Version
from documents.retention_rules import YEARS, Retention, kept_until, years_before
from documents.rules import IN_BIN
from ecabinet.access import Person
from ecabinet.library.document_access import kept_by, labelled
from ecabinet.library.document_uses import Use, known_to
from ecabinet.meetings.models import Meeting
from ecabinet.registry.models import Member, Unit

PAGES_SHOWN = 10
"""Changed pages shown at once."""
LISTED = 50
LAST_PAGE = 1000
_MEMBER = "member:"


def versions(db: Session, document_id: int) -> Sequence[Version]:
    """All versions, newest first."""
    query = select(Version).where(Version.document_id == document_id)
    return db.scalars(query.order_by(Version.number.desc())).all()


def version_of(db: Session, document_id: int, version_id: int | None) -> Version:
    """A version of this document."""
    version = db.get(Version, version_id) if version_id is not None else None
    if version is None or version.document_id != document_id:
        raise NotFound(f"version {version_id} of document {document_id}")
    return version


def names(db: Session, makers: Iterable[str]) -> dict[str, str]:
    """The names of those who made something ("member:12"); whoever is no member is called as it was written."""
    every = set(makers)
    ids = {int(maker.removeprefix(_MEMBER)) for maker in every if maker.startswith(_MEMBER)}
    known = {key: name for key, name in db.execute(select(Member.id, Member.full_name).where(Member.id.in_(ids)))}
    return {
        maker: known.get(int(maker.removeprefix(_MEMBER)), "") if maker.startswith(_MEMBER) else maker
        for maker in every
    }


@dataclass(frozen=True)
class Readers:
    """Who may read a document: a kind of label, and whose; without names where the person is not to know them."""

    kind: str
    names: list[str]


def readers(db: Session, person: Person, document: Document) -> list[Readers]:
    """All who may read it, in words."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == document.id))
    for label in sorted(label.removeprefix(IN_BIN) for label in rows):
        kind, _, number = label.partition(":")
        found[kind if kind in _NAMED else "other"].append(int(number) if number.isdecimal() else 0)
    return [Readers(kind, _NAMED[kind](db, person, found[kind])) for kind in _NAMED if kind in found]


def _units(db: Session, _person: Person, ids: list[int]) -> list[str]:
    return list(db.scalars(select(Unit.name).where(Unit.id.in_(ids)).order_by(Unit.path)))


def _meetings(db: Session, person: Person, ids: list[int]) -> list[str]:
    found = db.execute(select(Meeting.id, Meeting.title).where(Meeting.id.in_(ids)).order_by(Meeting.id))
    uses = [Use("meeting", title, over=False, meeting_id=meeting_id) for meeting_id, title in found]
    return [use.title for use in known_to(db, person, uses)]


def _members(db: Session, _person: Person, ids: list[int]) -> list[str]:
    return list(db.scalars(select(Member.full_name).where(Member.id.in_(ids)).order_by(Member.full_name)))


def _nobody(_db: Session, _person: Person, _ids: list[int]) -> list[str]:
    return []


_NAMED = {
    "unit": _units, "office": _units, "preparing": _units, "holding": _units, "archive": _units,
    "meeting": _meetings, "running": _meetings, "member": _members, "other": _nobody,
}  # fmt: skip


# ------------------------------------------------------------------ the bin


@dataclass(frozen=True)
class Thrown:
    """A document in the bin; ``held_until``: a rule of retention keeps it until that day, for ever if ``date.max``."""

    document: Document
    binned: Binned
    held_until: date | None


def bin_of(db: Session, person: Person, page: int) -> tuple[list[Thrown], bool]:
    """What lies in the bin for this keeper, the latest first, a page (from 1) of it; whether there is more."""
    query = select(Binned).join(Document, Document.id == Binned.document_id).options(joinedload(Binned.document))
    query = query.where(kept_by(person), labelled(person, IN_BIN), ~Binned.content_only).order_by(
        Binned.at.desc(), Binned.document_id
    )
    found = db.scalars(query.offset((page - 1) * LISTED).limit(LISTED + 1)).all()
    return [Thrown(one.document, one, _held_until(one.document)) for one in found[:LISTED]], len(found) > LISTED


def time_over(db: Session, person: Person, today: date) -> list[Document]:
    """What this keeper sees whose time of retention is over, the longest first."""
    over = [
        and_(Document.retention == code, Document.closed_on < years_before(today, years))
        for code, years in YEARS.items()
        if years is not None
    ]
    other = and_(
        Document.retention == Retention.OTHER,
        extract("year", Document.closed_on) + Document.keep_years <= today.year,
    )
    query = select(Document).where(or_(*over, other), kept_by(person), labelled(person))
    found = db.scalars(query.order_by(Document.closed_on, Document.id).limit(LISTED))
    return [one for one in found if (until := _held_until(one)) is not None and until < today]


def _held_until(document: Document) -> date | None:
    return kept_until(document.retention, document.keep_years, document.closed_on)


# ------------------------------------------------------------------ what differs


@dataclass(frozen=True)
class Compared:
    """Two versions beside each other: how many pages are the same, and of the others, from the ``start``-th, those that
    are shown with their words. ``unread``: one of them has no text yet, or never will.
    """

    unread: bool
    same: int
    changed: int
    start: int
    shown: list[tuple[PagePair, list[Piece]]]


def compare(db: Session, old: Version, new: Version, start: int) -> Compared:
    """What differs; of the texts only the pages shown are in memory."""
    prints = _prints(db, old.id), _prints(db, new.id)
    if not all(prints):
        return Compared(unread=True, same=0, changed=0, start=0, shown=[])
    pairs = pair_pages(*prints)
    changed = [pair for pair in pairs if not pair.same]
    some = changed[start : start + PAGES_SHOWN]
    before = _texts(db, old.id, [pair.old for pair in some if pair.old is not None])
    after = _texts(db, new.id, [pair.new for pair in some if pair.new is not None])
    shown = [(pair, compare_words(before.get(pair.old, ""), after.get(pair.new, ""))) for pair in some]
    return Compared(False, len(pairs) - len(changed), len(changed), start, shown)


def _prints(db: Session, version_id: int) -> list[bytes]:
    """Of each page what tells it from others, white space aside; a page without text is like any other such."""
    rows = select(PageText.page, PageText.text).where(PageText.version_id == version_id).order_by(PageText.page)
    prints: list[bytes] = []
    for page, text in db.execute(rows.execution_options(yield_per=100)):
        prints += [b""] * (page - len(prints))
        prints.append(hashlib.sha256(" ".join(text.split()).encode()).digest())
    return prints


def _texts(db: Session, version_id: int, pages: Sequence[int]) -> dict[int | None, str]:
    query = select(PageText.page, PageText.text).where(PageText.version_id == version_id, PageText.page.in_(pages))
    return {page: text for page, text in db.execute(query)}
