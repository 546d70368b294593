"""The ballots of a published vote as a list that anybody can count again, without this program.

Of a named vote each line is a voter with the choice; of a secret one the choices and the receipts are two lists, each
in an order of its own: a voter finds the receipt in the second and can show nobody what was chosen. And what it
decided, as papers and the search have it.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.meetings.models import Participant
from ecabinet.voting import queries, rules
from ecabinet.voting.models import Ballot, Poll, SecretReceipt, Voter

FORMAT = "ecabinet ballots 1"


def outcome_text(poll: Poll, result: queries.Result) -> str:
    """What a vote decided, in a sentence."""
    if result.outcome is not None:
        chosen = [option.label for option in result.options if option.elected]
        return f"Trúng cử {len(chosen)}/{poll.seats}" + (f": {', '.join(chosen)}." if chosen else ".")
    if result.verdict is None:
        return ""
    carried = "được thông qua" if result.verdict.passed else "không được thông qua"
    return f"Nội dung {carried} ({result.verdict.numerator}/{result.verdict.denominator} tán thành)."


def ballot_list(db: Session, poll: Poll) -> dict[str, Any]:
    """Everything a recount needs: how the vote was put, the room's figures, the ballots, and what was published."""
    result = queries.result(db, poll)
    room = result.counted.room
    majority = poll.majority
    return {
        "format": FORMAT,
        "poll": poll.id,
        "title": poll.title,
        "kind": poll.kind,
        "manner": poll.manner,
        "round": poll.round,
        "options": [
            {"id": option.id, "key": option.key, "label": option.label, "note": option.note} for option in poll.options
        ],
        "choices": {"least": poll.least, "most": poll.most, "seats": poll.seats},
        "majority": {
            "numerator": majority.numerator,
            "denominator": majority.denominator,
            "strict": majority.strict,
            "base": majority.base,
        },
        "room": {
            "issued": room.issued,
            "present": room.present,
            "entitled": room.summoned,
            "members": room.members,
        },
        "ballots": _ballots(db, poll),
        "receipts": list(
            db.scalars(
                select(SecretReceipt.receipt).where(SecretReceipt.poll_id == poll.id).order_by(SecretReceipt.receipt)
            )
        ),
        "published": {
            "cast": result.counted.cast,
            "valid": result.counted.valid,
            "invalid": result.counted.invalid,
            "votes": {str(option): votes for option, votes in result.counted.votes.items()},
            "passed": result.verdict.passed if result.verdict else None,
            "elected": sorted(one.option for one in result.outcome.standings if one.elected)
            if result.outcome
            else None,
        },
    }


def _ballots(db: Session, poll: Poll) -> list[dict[str, Any]]:
    if poll.manner != rules.Manner.NAMED:
        return [{"options": list(slip.options), "weight": slip.weight} for slip in queries.slips(db, poll)]
    rows = db.execute(
        select(Participant.name, Ballot.options, Voter.weight, Ballot.receipt)
        .join(Voter, (Voter.poll_id == Ballot.poll_id) & (Voter.member_id == Ballot.member_id))
        .join(Participant, Participant.id == Voter.participant_id)
        .where(Ballot.poll_id == poll.id)
        .order_by(Participant.name, Ballot.receipt)
    )
    return [
        {"voter": name, "options": options, "weight": weight, "receipt": receipt}
        for name, options, weight, receipt in rows
    ]
