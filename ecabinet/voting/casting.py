"""Casting ballots, many in one transaction: what arrives together is committed together.

This is the one way in for every ballot, named or secret, from the socket and from a plain form. The caller
acknowledges after the commit.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from documents.database import Database, changed
from documents.errors import Problem
from ecabinet.groupcommit import GroupCommit
from ecabinet.meetings.models import Participant
from ecabinet.registry.models import SignIn
from ecabinet.sealing import Sealer
from ecabinet.voting import rules, urn
from ecabinet.voting.models import Ballot, Marked, Poll, PollOption, UrnSlip, Voter
from ecabinet.voting.receipts import fresh_receipt

NewReceipt = Callable[[], str]
Outcome = str | Problem


@dataclass(frozen=True)
class Cast:
    """A ballot as it arrives: whose it is comes from the authenticated session, the rest from the tablet."""

    poll_id: int
    member_id: int
    # Neither what a ballot says nor the token that finds it may reach a log, not even in an error's message.
    options: tuple[int, ...] = field(repr=False)
    token: str = field(repr=False)
    at: datetime
    session: str | None = None
    """Hash of the session token it came by over a socket, which may have been connected long before; None when the
    request itself was identified just now."""


@dataclass(frozen=True)
class _Booth:
    """What the ballots of one poll are checked against."""

    poll_id: int
    meeting_id: int
    state: rules.PollState
    manner: rules.Manner
    choices: rules.Choices
    options: frozenset[int]
    present: dict[int, bool]  # member id → is in the room; only the entitled
    known: dict[int, tuple[str, tuple[int, ...], str]]  # member id → token, options, receipt of a named ballot
    marked: dict[int, str]  # member id → proof of the token of a secret ballot
    key: urn.Key | None  # of a secret vote while it is open


# Built once and run on the connection, past the ORM: in a room of hundreds what SQLAlchemy does anew for each statement
# costs more than the database. FOR SHARE holds off the chair's closing until these ballots are committed, and the other
# way round; SQLite has one writer at a time and leaves the clause out.
_POLL = (
    select(Poll.meeting_id, Poll.state, Poll.manner, Poll.least, Poll.most, Poll.seats)
    .where(Poll.id == bindparam("poll_id"))
    .with_for_update(read=True)
)
_OPTIONS = select(PollOption.id).where(PollOption.poll_id == bindparam("poll_id"))
_VOTERS = (
    select(Voter.member_id, Participant.present, Ballot.token, Ballot.options, Ballot.receipt)
    .join(Participant, Participant.id == Voter.participant_id)
    .outerjoin(Ballot, (Ballot.poll_id == Voter.poll_id) & (Ballot.member_id == Voter.member_id))
    .where(Voter.poll_id == bindparam("poll_id"), Voter.member_id.in_(bindparam("member_ids", expanding=True)))
)
_MARKED = select(Marked.member_id, Marked.proof).where(
    Marked.poll_id == bindparam("poll_id"), Marked.member_id.in_(bindparam("member_ids", expanding=True))
)
_SLIP = select(UrnSlip.sealed).where(UrnSlip.name == bindparam("name"))
_SESSIONS = select(SignIn.token_hash).where(
    SignIn.token_hash.in_(bindparam("hashes", expanding=True)), SignIn.expires_at > bindparam("now")
)
_INSERTS = {table: insert(table) for table in (Ballot, Marked, UrnSlip)}

Rows = dict[type[Ballot | Marked | UrnSlip], list[dict[str, Any]]]


def cast_many(db: Session, casts: Sequence[Cast], new_receipt: NewReceipt, sealer: Sealer) -> list[Outcome]:
    """Take ballots, in order. For each its receipt, or the :class:`Problem` for which it is refused.

    The same ballot again (same token, same choice) gets the same receipt; anything else from a voter who has voted is
    refused.
    """
    by_poll: dict[int, list[Cast]] = defaultdict(list)
    for cast in casts:
        by_poll[cast.poll_id].append(cast)
    booths = {poll_id: _booth(db, poll_id, {c.member_id for c in some}, sealer) for poll_id, some in by_poll.items()}
    sessions = [cast.session for cast in casts if cast.session is not None]
    asked = {"hashes": sessions, "now": max(cast.at for cast in casts)}
    alive = set(db.connection().scalars(_SESSIONS, asked)) if sessions else set()
    rows: Rows = {table: [] for table in _INSERTS}
    outcomes: list[Outcome] = []
    for cast in casts:
        if cast.session is not None and cast.session not in alive:
            outcomes.append(Problem("signed_out"))
            continue
        try:
            outcomes.append(_take(db, booths[cast.poll_id], cast, new_receipt, rows))
        except Problem as problem:
            outcomes.append(problem)
    _insert(db, rows)
    for meeting_id in (
        {booth.meeting_id for booth in booths.values() if booth is not None} if any(rows.values()) else ()
    ):
        changed(db, "progress", meeting_id)
    return outcomes


def _booth(db: Session, poll_id: int, member_ids: set[int], sealer: Sealer) -> _Booth | None:
    connection = db.connection()
    poll = connection.execute(_POLL, {"poll_id": poll_id}).first()
    if poll is None:
        return None
    asked = {"poll_id": poll_id, "member_ids": list(member_ids)}
    voters = connection.execute(_VOTERS, asked).all()
    secret = poll.manner == rules.Manner.SECRET
    return _Booth(
        poll_id=poll_id,
        meeting_id=poll.meeting_id,
        state=rules.PollState(poll.state),
        manner=rules.Manner(poll.manner),
        choices=rules.Choices(poll.least, poll.most, poll.seats),
        options=frozenset(connection.scalars(_OPTIONS, {"poll_id": poll_id})),
        present={voter.member_id: voter.present for voter in voters},
        known={v.member_id: (v.token, tuple(v.options), v.receipt) for v in voters if v.receipt is not None},
        marked={member_id: proof for member_id, proof in connection.execute(_MARKED, asked)} if secret else {},
        key=urn.key_of(db, poll_id, sealer) if secret else None,
    )


def _take(db: Session, booth: _Booth | None, cast: Cast, new_receipt: NewReceipt, rows: Rows) -> str:
    """The receipt of a ballot, which is added to ``rows`` unless it stands already; raises why it is refused."""
    if booth is None:
        raise Problem("not_entitled")
    if cast.member_id in booth.marked or cast.member_id in booth.known:
        return _again(db, booth, cast, rows)
    here = booth.present.get(cast.member_id)
    rules.check_ballot(
        booth.state, cast.options, booth.options, entitled=here is not None, here=bool(here), choices=booth.choices
    )
    if booth.manner == rules.Manner.HANDS:
        raise Problem("votes_by_hand")
    if booth.manner == rules.Manner.SECRET:
        return _into_the_urn(booth, cast, rows)
    receipt = new_receipt()
    booth.known[cast.member_id] = (cast.token, cast.options, receipt)
    rows[Ballot].append({
        "poll_id": cast.poll_id, "member_id": cast.member_id, "options": list(cast.options), "token": cast.token,
        "receipt": receipt, "cast_at": cast.at,
    })  # fmt: skip
    return receipt


def _into_the_urn(booth: _Booth, cast: Cast, rows: Rows) -> str:
    if booth.key is None:  # the poll is open, so its urn stands
        raise RuntimeError(f"vote {booth.poll_id} is open and has no urn")
    folded = booth.key.fold(cast.member_id, cast.token, cast.options, urn.room_for(len(booth.options)))
    proof = urn.proof_of(cast.poll_id, cast.member_id, cast.token)
    booth.marked[cast.member_id] = proof
    rows[Marked].append({"poll_id": cast.poll_id, "member_id": cast.member_id, "proof": proof})
    rows[UrnSlip].append({"name": folded.name, "poll_id": cast.poll_id, "sealed": folded.sealed})
    return folded.receipt


def _again(db: Session, booth: _Booth, cast: Cast, rows: Rows) -> str:
    """The receipt of the ballot that stands, for the tablet that sends it again."""
    if booth.manner != rules.Manner.SECRET:
        token, options, receipt = booth.known[cast.member_id]
        if (token, options) != (cast.token, cast.options):
            raise Problem("already_voted")
        return receipt
    if booth.marked[cast.member_id] != urn.proof_of(cast.poll_id, cast.member_id, cast.token):
        raise Problem("already_voted")
    if booth.key is not None:
        # While the urn stands a ballot can still be compared. Once it is emptied nobody can, and that is the point.
        name = booth.key.name(cast.member_id, cast.token)
        new = {row["name"]: row["sealed"] for row in rows[UrnSlip]}
        sealed = new.get(name) or db.connection().scalar(_SLIP, {"name": name})
        if sealed is None or set(booth.key.unfold(sealed)[1]) != set(cast.options):
            raise Problem("already_voted")
    return urn.secret_receipt(cast.poll_id, cast.member_id, cast.token)


def _insert(db: Session, rows: Rows) -> None:
    # Two processes may take the same tablet's ballot at once (it reconnected to the other one): the second insert waits
    # for the first and then fails as a whole; the group is tried again one by one and finds the ballot standing.
    for table, some in rows.items():
        if some:
            db.connection().execute(_INSERTS[table], some)


BallotBox = GroupCommit[Cast, str]
"""Where every ballot goes in: ``submit(cast)`` gives a future of the receipt, resolved after the durable commit."""


def open_box(database: Database, sealer: Sealer) -> BallotBox:
    """The ballot box of this process."""
    return GroupCommit(database, lambda db, casts: cast_many(db, casts, fresh_receipt, sealer))
