"""Who has to do with a file, and as what. "Is not there" and "is not for you" are one answer.

A file is for the office of its unit, for who is in charge of it, and for its named readers; from the hand-over on, for
those who keep the archive too. A secret one is for those entrusted with secret documents, and for those named. What is
in it is shown to each as far as they may read each document.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session, joinedload

from documents.errors import NotFound
from ecabinet.access import Permission, Person, ancestors, archive_label, member_label, office_label, within
from ecabinet.filing import life_rules
from ecabinet.filing.life_rules import FileAct, FilePart, FileState
from ecabinet.filing.models import FileReader, OfficeFile
from ecabinet.office.desk import keeps_secrets
from ecabinet.office.models import SecretKeeper
from ecabinet.registry.models import Unit

OFFICE = (Permission.KEEP_REGISTERS, Permission.ASSIGN, Permission.READ_PAPERS)
"""Who has a place in the office of a unit, and so sees its files."""
READERS = (*OFFICE, Permission.KEEP_ARCHIVE)
IN_ARCHIVE = (FileState.HANDED_OVER, FileState.ACCEPTED, FileState.DESTROYED)


@dataclass(frozen=True)
class SeenFile:
    """A file as one person has to do with it."""

    file: OfficeFile
    parts: frozenset[FilePart]

    def may(self, act: str) -> bool:
        """Whether this person may do this now."""
        return life_rules.may(FileAct(act), FileState(self.file.state), self.parts)

    def after(self, act: FileAct) -> FileState:
        """The state that it leads to; raises as :func:`.life_rules.after` does."""
        return life_rules.after(act, FileState(self.file.state), self.parts)

    @property
    def keeps(self) -> bool:
        """Whether this person has a say in it, and does not only look."""
        return bool(self.parts - {FilePart.READER})


def load(db: Session, person: Person, file_id: int) -> SeenFile:
    """A file for those who have to do with it; for all others it does not exist."""
    file = db.get(OfficeFile, file_id, options=[joinedload(OfficeFile.unit)], populate_existing=True)
    parts = _parts(db, person, file) if file is not None else set()
    if file is None or not parts:
        raise NotFound(f"file {file_id}")
    return SeenFile(file, frozenset(parts))


def load_to_change(db: Session, person: Person, file_id: int) -> SeenFile:
    """The same, locked until the transaction ends."""
    db.execute(select(OfficeFile.id).where(OfficeFile.id == file_id).with_for_update())
    return load(db, person, file_id)


def _parts(db: Session, person: Person, file: OfficeFile) -> set[FilePart]:
    path = file.unit.path
    parts = {FilePart.CHARGE} if file.in_charge_id == person.member_id else set()
    if db.get(FileReader, (file.id, person.member_id)) is not None:
        parts.add(FilePart.READER)
    trusted = not file.secret or keeps_secrets(db, file.unit_id, person)
    if person.may(Permission.ASSIGN, path) and (trusted or parts):
        parts.add(FilePart.LEADER)
    if not trusted:
        return parts
    if person.may(Permission.KEEP_REGISTERS, path):
        parts.add(FilePart.CLERK)
    if person.may(Permission.KEEP_ARCHIVE, path) and file.state in IN_ARCHIVE:
        parts.add(FilePart.ARCHIVIST)
    if person.may(Permission.READ_PAPERS, path):
        parts.add(FilePart.READER)
    return parts


def visible_to(person: Person) -> ColumnElement[bool]:
    """SQL over files joined with their units: those that :func:`load` gives to this person."""
    mine = select(FileReader.file_id).where(FileReader.member_id == person.member_id)
    trusted = select(SecretKeeper.unit_id).where(SecretKeeper.member_id == person.member_id)
    paths = {path for permission in OFFICE for path in person.paths(permission)}
    archive = person.paths(Permission.KEEP_ARCHIVE)
    handed = and_(OfficeFile.state.in_(IN_ARCHIVE), _inside(archive))
    ours = and_(or_(_inside(paths), handed), or_(~OfficeFile.secret, OfficeFile.unit_id.in_(trusted)))
    return or_(OfficeFile.in_charge_id == person.member_id, OfficeFile.id.in_(mine), ours)


def _inside(paths: set[str] | tuple[str, ...]) -> ColumnElement[bool]:
    return or_(false(), *(within(Unit.path, path) for path in sorted(paths)))


def labels_of(file: OfficeFile, readers: set[int], keepers: set[int]) -> frozenset[str]:
    """Who finds it: what :func:`load` decides, as labels. ``keepers`` are those entrusted with the unit's secrets."""
    labels = {member_label(one) for one in readers | ({file.in_charge_id} if file.in_charge_id else set())}
    if file.secret:
        return frozenset(labels | {member_label(one) for one in keepers})
    above = ancestors(file.unit.path)
    labels |= {office_label(unit_id) for unit_id in above}
    if file.state in IN_ARCHIVE:
        labels |= {archive_label(unit_id) for unit_id in above}
    return frozenset(labels)
