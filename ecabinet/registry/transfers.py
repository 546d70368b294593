"""Transfers (chuyển sinh hoạt) of members with their chain of consents. None of these operations commits."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import Permission, Person, ancestors
from ecabinet.registry.history_models import Transfer, TransferConsent
from ecabinet.registry.member_counts import Tally
from ecabinet.registry.member_dates import months_later
from ecabinet.registry.members import Act, record, set_status
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import (
    ConsentStep,
    MemberEventKind,
    MemberStatus,
    TransferKind,
    TransferState,
    UnitKind,
)

MONTHS_TO_FINISH, MONTHS_AWAY = 1, 3
LONGEST_WORDS = 300
BELOW_A_BASE = frozenset({UnitKind.BRANCH.value, UnitKind.SECTION.value, UnitKind.INTER_BRANCH.value})


def ask(
    db: Session, member: Member, to_unit: Unit, kind: TransferKind, until_day: date | None, reason: str, act: Act
) -> Transfer:
    """Ask for a transfer; it must be through within a month, a stay away lasts three at most."""
    db.refresh(member, with_for_update=True)
    if member.status != MemberStatus.ACTIVE:
        raise Problem("wrong_state", member.status)
    if to_unit.id == member.unit_id:
        raise Problem("transfer_to_own_unit", field="to_unit")
    if to_unit.dissolved_on is not None:
        raise Problem("unit_dissolved", field="to_unit", unit=to_unit.name)
    _check_stay(kind, until_day, act.on_day)
    _check_length(reason, "reason")
    transfer = Transfer(
        member_id=member.id, from_unit_id=member.unit_id, to_unit_id=to_unit.id, kind=kind.value,
        state=TransferState.ASKED.value, asked_on=act.on_day, due_on=months_later(act.on_day, MONTHS_TO_FINISH),
        until_day=until_day if kind == TransferKind.TEMPORARY else None, reason=reason,
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(transfer)
    except IntegrityError as error:
        # The partial unique index: one transfer at a time, also for two who ask at the same moment.
        raise Problem("transfer_under_way") from error
    audit.record(db, act.by, "transfer_asked", f"member:{member.id}", act.now, to_unit=to_unit.id)
    return transfer


def _check_stay(kind: TransferKind, until_day: date | None, today: date) -> None:
    last = months_later(today, MONTHS_AWAY)
    if kind == TransferKind.TEMPORARY and (until_day is None or not today < until_day <= last):
        raise Problem(
            "day_not_in_range",
            field="until_day",
            first=f"{today + timedelta(days=1):%d/%m/%Y}",
            last=f"{last:%d/%m/%Y}",
        )


def _check_length(words: str, field: str) -> None:
    if len(words) > LONGEST_WORDS:
        raise Problem("too_long", field=field, limit=LONGEST_WORDS)


def steps(db: Session, transfer: Transfer) -> list[tuple[ConsentStep, Unit]]:
    """The chain: who must agree, in this order. A unit that is its own base agrees once."""
    sending, receiving = transfer.from_unit, transfer.to_unit
    chain = [
        (ConsentStep.FROM_BRANCH, sending),
        (ConsentStep.FROM_BASE, _base_of(db, sending)),
        (ConsentStep.TO_BASE, _base_of(db, receiving)),
        (ConsentStep.TO_BRANCH, receiving),
    ]
    own_base = {ConsentStep.FROM_BASE: sending.id, ConsentStep.TO_BASE: receiving.id}
    return [(step, unit) for step, unit in chain if own_base.get(step) != unit.id]


def next_step(db: Session, transfer: Transfer) -> tuple[ConsentStep, Unit] | None:
    """Whose consent is awaited now; None when the transfer is over."""
    if transfer.state != TransferState.ASKED:
        return None
    given = {consent.step for consent in transfer.consents}
    return next(((step, unit) for step, unit in steps(db, transfer) if step.value not in given), None)


def answer(db: Session, transfer: Transfer, person: Person, agreed: bool, note: str, act: Act) -> None:
    """Agree or refuse on behalf of the unit whose turn it is; the last consent carries the transfer out."""
    db.refresh(transfer, with_for_update=True)
    awaited = next_step(db, transfer)
    if awaited is None:
        raise Problem("transfer_over")
    step, unit = awaited
    person.require(Permission.MANAGE_REGISTRY, unit.path)
    _check_length(note, "note")
    if agreed and act.on_day > transfer.due_on:
        raise Problem("transfer_overdue")
    if agreed and transfer.to_unit.dissolved_on is not None:
        raise Problem("unit_dissolved", unit=transfer.to_unit.name)
    transfer.consents.append(
        TransferConsent(
            transfer_id=transfer.id,
            step=step.value,
            unit_id=unit.id,
            agreed=agreed,
            note=note,
            by_member=person.member_id,
            at=act.now,
        )
    )
    audit.record(
        db, act.by, "transfer_agreed" if agreed else "transfer_refused", f"member:{transfer.member_id}", act.now,
        step=step.value,
    )  # fmt: skip
    if not agreed:
        transfer.state = TransferState.REFUSED.value
    elif next_step(db, transfer) is None:
        _carry_out(db, transfer, act)


def withdraw(db: Session, transfer: Transfer, act: Act) -> None:
    """Take the request back while it is under way."""
    db.refresh(transfer, with_for_update=True)
    if transfer.state != TransferState.ASKED:
        raise Problem("transfer_over")
    transfer.state = TransferState.WITHDRAWN.value
    audit.record(db, act.by, "transfer_withdrawn", f"member:{transfer.member_id}", act.now)


def _carry_out(db: Session, transfer: Transfer, act: Act) -> None:
    member = db.get_one(Member, transfer.member_id, with_for_update=True, populate_existing=True)
    if member.status != MemberStatus.ACTIVE:
        raise Problem("wrong_state", member.status)
    transfer.state = TransferState.DONE.value
    if transfer.kind == TransferKind.TEMPORARY:
        set_status(db, member, MemberStatus.AWAY)
        record(db, member, MemberEventKind.STAYED_AWAY, act, transfer.until_day, to=transfer.to_unit.name)
        return
    record(db, member, MemberEventKind.MOVED_OUT, act, to=transfer.to_unit.name)
    move(db, member, transfer.from_unit, transfer.to_unit, act.on_day)
    record(db, member, MemberEventKind.MOVED_IN, act, came_from=transfer.from_unit.name)


def move(db: Session, member: Member, sending: Unit, receiving: Unit, on_day: date) -> None:
    """Put a member under another unit, with the counts; units above both neither lose nor gain."""
    tally = Tally()
    left, entered = set(ancestors(sending.path)), set(ancestors(receiving.path))
    tally.member(sending.path, member.sex, member.born_on.year, -1)
    tally.member(receiving.path, member.sex, member.born_on.year, 1)
    tally.movement(tuple(sorted(left - entered)), MemberEventKind.MOVED_OUT, on_day)
    tally.movement(tuple(sorted(entered - left)), MemberEventKind.MOVED_IN, on_day)
    member.unit_id = receiving.id
    db.flush()
    tally.write(db)


def under_way(db: Session, member_id: int) -> Transfer | None:
    """The member's transfer that is not over yet."""
    return db.scalar(select(Transfer).filter_by(member_id=member_id, state=TransferState.ASKED.value))


def _base_of(db: Session, unit: Unit) -> Unit:
    if unit.kind not in BELOW_A_BASE:
        return unit
    above = db.scalars(select(Unit).where(Unit.id.in_(ancestors(unit.path)[:-1])).order_by(Unit.path.desc()))
    return next((found for found in above if found.kind not in BELOW_A_BASE), unit)
