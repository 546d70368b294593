"""Files that must go to the archive: who keeps them is told 30 days before, and once more when it is late."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from ecabinet.access import Permission
from ecabinet.clock import ZONE
from ecabinet.engines import Engines
from ecabinet.filing.life_rules import AWAITED, WARNED_DAYS, FileState, Nearness, nearness
from ecabinet.filing.models import OfficeFile
from ecabinet.notices.operations import tell_all
from ecabinet.notices.reminder_rules import awake
from ecabinet.office import desk
from ecabinet.office.models import SecretKeeper

EVERY = timedelta(minutes=10)
_WORDS = {
    Nearness.SOON: "Hồ sơ sắp đến hạn nộp lưu trữ",
    Nearness.LATE: "Hồ sơ quá hạn nộp lưu trữ",
}


def due(db: Session, now: datetime) -> int | None:
    """A file of which somebody is to be told now."""
    today = now.astimezone(ZONE).date()
    late = and_(OfficeFile.reminded == Nearness.SOON, OfficeFile.due_on < today)
    waiting = select(OfficeFile.id).where(
        OfficeFile.state.in_([state.value for state in AWAITED]), or_(OfficeFile.reminded.is_(None), late),
        OfficeFile.due_on <= today + timedelta(days=WARNED_DAYS),
    )  # fmt: skip
    return db.scalar(waiting.order_by(OfficeFile.due_on, OfficeFile.id).limit(1))


def remind(db: Session, file: OfficeFile, now: datetime) -> Nearness | None:
    """Tell those who keep a file that the caller has locked; of a late one its leaders too."""
    near = nearness(FileState(file.state), file.due_on, now.astimezone(ZONE).date())
    if near is None or near == file.reminded or file.due_on is None:
        return None
    file.reminded = near
    about = file.notation if file.secret else f"{file.notation} {file.title}"
    text = f"Hạn nộp: {file.due_on:%d/%m/%Y}, một năm sau ngày công việc kết thúc."
    tell_all(
        db, _keepers(db, file, near), f"{_WORDS[near]}: {about}", text, f"/office/files/{file.id}", now,
        about=f"file:{file.id}",
    )  # fmt: skip
    return near


def _keepers(db: Session, file: OfficeFile, near: Nearness) -> set[int]:
    charge = {file.in_charge_id} if file.in_charge_id is not None else set()
    if file.secret:
        return charge or set(db.scalars(select(SecretKeeper.member_id).where(SecretKeeper.unit_id == file.unit_id)))
    clerks = {one for _unit, one, _name in desk.holders(db, [file.unit_id], Permission.KEEP_REGISTERS)}
    if near == Nearness.LATE:
        return charge | clerks | {one for _unit, one, _name in desk.holders(db, [file.unit_id], Permission.ASSIGN)}
    return charge or clerks


def remind_of_one(engines: Engines, now: datetime) -> bool:
    """A task as :data:`ecabinet.worker.Task` says: of one file."""
    if awake(now) != now:  # in the quiet hours
        return False
    with engines.database.reading() as db:  # no write lock: SQLite has only one
        file_id = due(db, now)
    if file_id is None:
        return False
    with engines.database.writing() as db:
        # Locked, so that of two workers the second sees what the first has told.
        file = db.scalars(select(OfficeFile).where(OfficeFile.id == file_id).with_for_update()).one()
        return remind(db, file, now) is not None
