"""The second step of signing in: codes of an authenticator (TOTP) and recovery codes for when it is lost."""

import secrets
from datetime import datetime
from hmac import compare_digest

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet.registry.account_models import RecoveryCode, SecondFactor
from ecabinet.registry.account_rules import RECOVERY_CODES, too_many_codes
from ecabinet.registry.models import Account, FailedSignIn
from ecabinet.registry.rules import THROTTLE_WINDOW, FailedStep
from ecabinet.sealing import Sealer, Unsealable

STEP_SECONDS = 30
DIGITS = 6
ISSUER = "eCabinet"
# Without letters and digits that are taken for one another; sixteen of them are 80 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 4, 4


def is_on(db: Session, account_id: int) -> bool:
    """Whether signing in to this account takes two steps."""
    factor = db.get(SecondFactor, account_id)
    return factor is not None and factor.confirmed_at is not None


def begin(db: Session, account_id: int, sealer: Sealer) -> None:
    """Make a secret for a new authenticator; it counts only once :func:`confirm` has seen a code of it."""
    factor = db.get(SecondFactor, account_id)
    if factor is not None and factor.confirmed_at is not None:
        raise Problem("wrong_state", "the second factor is on")
    sealed = sealer.seal(pyotp.random_base32())
    if factor is None:
        db.add(SecondFactor(account_id=account_id, secret_sealed=sealed, last_step=0))
    else:
        factor.secret_sealed = sealed


def uri(db: Session, account: Account, sealer: Sealer) -> str | None:
    """What the QR code of an authenticator being set up says; None when none is."""
    factor = db.get(SecondFactor, account.id)
    if factor is None or factor.confirmed_at is not None:
        return None
    return pyotp.TOTP(sealer.open(factor.secret_sealed)).provisioning_uri(name=account.login, issuer_name=ISSUER)


def confirm(db: Session, account_id: int, code: str, sealer: Sealer, now: datetime) -> list[str] | None:
    """Switch the second step on with a first code: the recovery codes, shown once; None when the code is wrong."""
    factor = db.get(SecondFactor, account_id)
    if factor is None or factor.confirmed_at is not None:
        raise Problem("wrong_state", "no authenticator is being set up")
    if not code_fits(db, account_id, code, sealer, now):
        return None
    factor.confirmed_at = now
    return renew_recovery_codes(db, account_id, sealer)


def remove(db: Session, account_id: int) -> None:
    """Back to one step; what was set up is forgotten."""
    db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    db.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))


def code_fits(db: Session, account_id: int, code: str, sealer: Sealer, now: datetime) -> bool:
    """Whether the code is the authenticator's, now or one step around it, and was not given before."""
    factor = db.get(SecondFactor, account_id)
    if factor is None:
        return False
    try:
        totp = pyotp.TOTP(sealer.open(factor.secret_sealed), digits=DIGITS, interval=STEP_SECONDS)
    except Unsealable:
        return False
    present = int(now.timestamp()) // STEP_SECONDS
    given = "".join(code.split()).encode()
    step = next((s for s in (present, present - 1, present + 1) if _same(totp, s, given)), None)
    if step is None:
        return False
    # One statement, so that of two equal codes at the same moment only one is taken.
    taken = db.execute(
        update(SecondFactor)
        .where(SecondFactor.account_id == account_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.account_id)
    ).all()
    return bool(taken)


def _same(totp: pyotp.TOTP, step: int, given: bytes) -> bool:
    return compare_digest(totp.generate_otp(step).encode(), given)


def renew_recovery_codes(db: Session, account_id: int, sealer: Sealer) -> list[str]:
    """New recovery codes in place of all former ones; they are readable only now."""
    db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
        for _ in range(RECOVERY_CODES)
    ]
    db.add_all(RecoveryCode(account_id=account_id, code_print=_print(account_id, code, sealer)) for code in codes)
    return codes


def recovery_codes_left(db: Session, account_id: int) -> int:
    """How many recovery codes were not used yet."""
    return db.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id)) or 0


def use_recovery_code(db: Session, account_id: int, code: str, sealer: Sealer) -> bool:
    """Whether it was one of the account's; then it is used up."""
    spent = delete(RecoveryCode).where(
        RecoveryCode.account_id == account_id, RecoveryCode.code_print == _print(account_id, code, sealer)
    )
    return bool(db.execute(spent.returning(RecoveryCode.id)).all())


def _print(account_id: int, code: str, sealer: Sealer) -> str:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return sealer.fingerprint(f"recovery {account_id} {plain}")


def require_codes_not_throttled(db: Session, login: str, now: datetime) -> None:
    """Raise :class:`Problem` ``codes_throttled`` when too many codes for this account were wrong of late."""
    wrong = db.scalar(
        select(func.count())
        .select_from(FailedSignIn)
        .where(
            FailedSignIn.login == login,
            FailedSignIn.step == FailedStep.CODE,
            FailedSignIn.at > now - THROTTLE_WINDOW,
        )
    )
    if too_many_codes(wrong or 0):
        raise Problem("codes_throttled")
