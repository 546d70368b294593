"""Who somebody is with every label that opens papers: from the registry and from the meetings they are invited to."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from ecabinet.access import Person
from ecabinet.meetings.queries import labels_of
from ecabinet.registry.queries import person_by_account, person_by_token


def identify(db: Session, token: str, now: datetime) -> Person | None:
    """The person of a session token; None for one who may not sign in."""
    return _whole(db, person_by_token(db, token, now))


def person_of(db: Session, account_id: int, now: datetime) -> Person | None:
    """The person of an account who is not asking now."""
    return _whole(db, person_by_account(db, account_id, now))


def _whole(db: Session, person: Person | None) -> Person | None:
    if person is None:
        return None
    return replace(person, labels=person.labels | labels_of(db, person.member_id))
