"""Telling people, and what they want to be told. None commits: notices and letters stand or fall with their cause.

``tell`` is for every feature: a notice on the pages, and a letter where the member has an address and wants letters.
"""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents.database import changed
from ecabinet.notices.calendar import Event
from ecabinet.notices.models import Mail, Notice, NoticeSetting
from ecabinet.registry.models import Member
from ecabinet.registry.rules import MemberStatus

SUBJECT = 300


def tell(
    db: Session,
    member_id: int,
    subject: str,
    text: str,
    link: str,
    now: datetime,
    *,
    about: str = "",
    event: Event | None = None,
) -> None:
    """Tell one member; ``link`` is a path of ours, ``text`` plain words."""
    tell_all(db, [member_id], subject, text, link, now, about=about, events={member_id: event} if event else {})


def tell_all(
    db: Session,
    members: Collection[int],
    subject: str,
    text: str,
    link: str,
    now: datetime,
    *,
    about: str = "",
    events: dict[int, Event] | None = None,
) -> None:
    """The same for many: the registry is asked once."""
    subject = subject[:SUBJECT]
    reached = addresses(db, members)
    for member_id in sorted(set(members)):
        db.add(Notice(member_id=member_id, at=now, subject=subject, text=text, link=link))
        changed(db, "member", member_id)
        if member_id in reached:
            name, address = reached[member_id]
            event = (events or {}).get(member_id)
            write(db, name, address, subject, text, link, now, member_id=member_id, about=about, event=event)


def write(
    db: Session,
    name: str,
    address: str,
    subject: str,
    text: str,
    link: str,
    now: datetime,
    *,
    member_id: int | None = None,
    about: str = "",
    event: Event | None = None,
) -> None:
    """A letter to an address, whoever it belongs to."""
    db.add(
        Mail(
            message_id=f"{secrets.token_hex(16)}@ecabinet",
            member_id=member_id, name=name, address=address, subject=subject[:SUBJECT], text=text, link=link,
            about=about, event=event.kept() if event else None, created_at=now, run_after=now,
        )
    )  # fmt: skip
    changed(db, "mail", 0)


def addresses(db: Session, members: Collection[int]) -> dict[int, tuple[str, str]]:
    """Member id → name and e-mail address, of those who have one, want letters and are members still.

    From the member's papers in the registry: what is sent there is never shown to anybody else.
    """
    found: dict[int, tuple[str, str]] = {}
    wanted = sorted(set(members))
    for start in range(0, len(wanted), 500):
        rows = db.execute(
            select(Member.id, Member.full_name, Member.papers, NoticeSetting.by_mail)
            .outerjoin(NoticeSetting, NoticeSetting.member_id == Member.id)
            .where(Member.id.in_(wanted[start : start + 500]), Member.status == MemberStatus.ACTIVE)
        )
        for member_id, name, papers, by_mail in rows:
            address = (papers or {}).get("email", "")
            if address and by_mail is not False:
                found[member_id] = (name, address)
    return found


def read(db: Session, member_id: int, now: datetime, notice_id: int | None = None) -> None:
    """The member has read one notice, or all."""
    notices = update(Notice).where(Notice.member_id == member_id, Notice.read_at.is_(None))
    if notice_id is not None:
        notices = notices.where(Notice.id == notice_id)
    db.execute(notices.values(read_at=now))
    changed(db, "member", member_id)


def setting(db: Session, member_id: int) -> NoticeSetting:
    """The member's row, made when there is none."""
    found = db.get(NoticeSetting, member_id)
    if found is None:
        found = NoticeSetting(member_id=member_id, by_mail=True, feed=0)
        db.add(found)
        db.flush()
    return found


def choose(db: Session, member_id: int, *, by_mail: bool) -> None:
    """Whether the member wants letters beside the notices on the pages."""
    setting(db, member_id).by_mail = by_mail


def renew_feed(db: Session, member_id: int) -> None:
    """Another secret address for the personal calendar; the former one opens nothing from now on."""
    setting(db, member_id).feed += 1
