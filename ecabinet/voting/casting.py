"""Casting ballots, many in one transaction: what arrives together is committed together.

This is the one way in for every ballot, from the socket and from a plain form. The caller acknowledges after the
commit.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from documents.database import Database, changed
from documents.errors import Problem
from ecabinet.groupcommit import GroupCommit
from ecabinet.meetings.models import Participant
from ecabinet.registry.models import SignIn
from ecabinet.voting import rules
from ecabinet.voting.models import Ballot, Poll, PollOption, Voter

NewReceipt = Callable[[], str]
Outcome = str | Problem


@dataclass(frozen=True)
class Cast:
    """A ballot as it arrives: whose it is comes from the authenticated session, the rest from the tablet."""

    poll_id: int
    member_id: int
    options: tuple[int, ...]
    token: str
    at: datetime
    session: str | None = None
    """Hash of the session token it came by over a socket, which may have been connected long before; None when the
    request itself was identified just now."""


@dataclass(frozen=True)
class _Booth:
    """What the ballots of one poll are checked against."""

    meeting_id: int
    state: rules.PollState
    options: frozenset[int]
    present: dict[int, bool]  # member id → is in the room; only the entitled
    known: dict[int, tuple[str, tuple[int, ...], str]]  # member id → token, options, receipt of the ballot that stands


# Built once and run on the connection, past the ORM: in a room of hundreds what SQLAlchemy does anew for each statement
# costs more than the database. FOR SHARE holds off the chair's closing until these ballots are committed, and the other
# way round; SQLite has one writer at a time and leaves the clause out.
_POLL = select(Poll.meeting_id, Poll.state).where(Poll.id == bindparam("poll_id")).with_for_update(read=True)
_OPTIONS = select(PollOption.id).where(PollOption.poll_id == bindparam("poll_id"))
_VOTERS = (
    select(Voter.member_id, Participant.present, Ballot.token, Ballot.options, Ballot.receipt)
    .join(Participant, Participant.id == Voter.participant_id)
    .outerjoin(Ballot, (Ballot.poll_id == Voter.poll_id) & (Ballot.member_id == Voter.member_id))
    .where(Voter.poll_id == bindparam("poll_id"), Voter.member_id.in_(bindparam("member_ids", expanding=True)))
)
_SESSIONS = select(SignIn.token_hash).where(SignIn.token_hash.in_(bindparam("hashes", expanding=True)))
_INSERT = insert(Ballot)


def cast_many(db: Session, casts: Sequence[Cast], new_receipt: NewReceipt) -> list[Outcome]:
    """Take ballots, in order. For each its receipt, or the :class:`Problem` for which it is refused.

    The same ballot again (same token, same choice) gets the same receipt; anything else from a voter who has voted is
    refused.
    """
    by_poll: dict[int, list[Cast]] = defaultdict(list)
    for cast in casts:
        by_poll[cast.poll_id].append(cast)
    booths = {poll_id: _booth(db, poll_id, {c.member_id for c in some}) for poll_id, some in by_poll.items()}
    sessions = [cast.session for cast in casts if cast.session is not None]
    alive = set(db.connection().scalars(_SESSIONS, {"hashes": sessions})) if sessions else set()
    outcomes: list[Outcome] = []
    rows: list[dict[str, object]] = []
    for cast in casts:
        if cast.session is not None and cast.session not in alive:
            outcomes.append(Problem("signed_out"))
            continue
        outcome, row = _take(booths[cast.poll_id], cast, new_receipt)
        outcomes.append(outcome)
        if row is not None:
            rows.append(row)
    if rows:
        _insert(db, rows)
        for meeting_id in {booth.meeting_id for booth in booths.values() if booth is not None}:
            changed(db, "progress", meeting_id)
    return outcomes


def _booth(db: Session, poll_id: int, member_ids: set[int]) -> _Booth | None:
    connection = db.connection()
    poll = connection.execute(_POLL, {"poll_id": poll_id}).first()
    if poll is None:
        return None
    voters = connection.execute(_VOTERS, {"poll_id": poll_id, "member_ids": list(member_ids)}).all()
    return _Booth(
        meeting_id=poll.meeting_id,
        state=rules.PollState(poll.state),
        options=frozenset(connection.scalars(_OPTIONS, {"poll_id": poll_id})),
        present={voter.member_id: voter.present for voter in voters},
        known={v.member_id: (v.token, tuple(v.options), v.receipt) for v in voters if v.receipt is not None},
    )


def _take(booth: _Booth | None, cast: Cast, new_receipt: NewReceipt) -> tuple[Outcome, dict[str, object] | None]:
    if booth is None:
        return Problem("not_entitled"), None
    standing = booth.known.get(cast.member_id)
    if standing is not None:
        token, options, receipt = standing
        return (receipt if (token, options) == (cast.token, cast.options) else Problem("already_voted")), None
    here = booth.present.get(cast.member_id)
    try:
        rules.check_ballot(booth.state, cast.options, booth.options, entitled=here is not None, here=bool(here))
    except Problem as problem:
        return problem, None
    receipt = new_receipt()
    booth.known[cast.member_id] = (cast.token, cast.options, receipt)
    row = {
        "poll_id": cast.poll_id,
        "member_id": cast.member_id,
        "options": list(cast.options),
        "token": cast.token,
        "receipt": receipt,
        "cast_at": cast.at,
    }
    return receipt, row


def _insert(db: Session, rows: list[dict[str, object]]) -> None:
    # Two processes may take the same tablet's ballot at once (it reconnected to the other one): the second insert waits
    # for the first and then fails as a whole; the group is tried again one by one and finds the ballot standing.
    db.connection().execute(_INSERT, rows)


RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LETTERS = 12


def fresh_receipt() -> str:
    """A receipt that can be read out: three groups of four, without letters that look alike (59 bits)."""
    # One draw for all letters: each draw asks the kernel, and a room votes at once.
    number = secrets.randbelow(len(RECEIPT_ALPHABET) ** RECEIPT_LETTERS)
    code = ""
    for _ in range(RECEIPT_LETTERS):
        number, letter = divmod(number, len(RECEIPT_ALPHABET))
        code += RECEIPT_ALPHABET[letter]
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


BallotBox = GroupCommit[Cast, str]
"""Where every ballot goes in: ``submit(cast)`` gives a future of the receipt, resolved after the durable commit."""


def open_box(database: Database) -> BallotBox:
    """The ballot box of this process."""
    return GroupCommit(database, lambda db, casts: cast_many(db, casts, fresh_receipt))
