"""The code at the door: one for the meeting, signed, another every half minute, good for a little longer than shown.

Who photographs it and sends it on lets in only whom they can tell within a minute, and only those invited.
"""

import hashlib
import hmac
from datetime import datetime

STEP_SECONDS = 30
STEPS_GOOD = 3
"""The one shown and the two before it: time to raise the phone, and to sign in slowly there is the pass."""

PASS_SECONDS = 600
"""How long a scan is remembered by the phone that made it, so that signing in does not lose it."""


def door_code(secret: str, meeting_id: int, now: datetime) -> str:
    """The code to show now."""
    return _code(secret, meeting_id, int(now.timestamp()) // STEP_SECONDS)


def meeting_of(secret: str, code: str, now: datetime) -> int | None:
    """Whose door a scanned code is of; None when it is not ours or has been shown too long ago."""
    meeting, _dash, _rest = code.partition("-")
    if not (meeting.isascii() and meeting.isdigit() and len(meeting) <= 18):
        return None
    step = int(now.timestamp()) // STEP_SECONDS
    # The clock of the process that showed it may be a moment ahead of ours.
    for good in range(step + 1, step - STEPS_GOOD, -1):
        if hmac.compare_digest(code.encode(), _code(secret, int(meeting), good).encode()):
            return int(meeting)
    return None


def _code(secret: str, meeting_id: int, step: int) -> str:
    signed = hmac.new(secret.encode(), f"door {meeting_id} {step}".encode(), hashlib.sha256).hexdigest()[:20]
    return f"{meeting_id}-{signed}"


def feed_code(secret: str, member_id: int, number: int) -> str:
    """The secret part of the address of a member's calendar; ``number`` counts its renewals."""
    signed = hmac.new(secret.encode(), f"calendar {member_id} {number}".encode(), hashlib.sha256).hexdigest()[:40]
    return f"{member_id}-{signed}"


def member_of_feed(code: str) -> int | None:
    """Whose calendar an address claims to be; whether it is, the code of today's number tells."""
    member, _dash, _rest = code.partition("-")
    return int(member) if member.isascii() and member.isdigit() and len(member) <= 18 else None
