"""What is shown of drafts: what waits for somebody, who can be asked, the chain of last time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from ecabinet.access import GRANTS, Permission, Person, ancestors
from ecabinet.drafting.models import DraftComment, OfficeDraft
from ecabinet.office import desk, series
from ecabinet.office.chain_models import ChainStep, Consulted, StepKind
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.life_rules import OfficeState
from ecabinet.office.models import Issuer
from ecabinet.office.numbering_rules import Direction
from ecabinet.registry.models import Account, Body, Member, Position, Term, Unit, UnitRole
from ecabinet.registry.rules import MemberStatus

SHOWN = 50
OFFERED = 200
OPEN = (OfficeState.DRAFT, OfficeState.SUBMITTED)


@dataclass(frozen=True)
class Waits:
    """A draft that waits for somebody; ``due_on`` of the comments that were asked for, ``signs``: for the signature."""

    doc: OfficeDocument
    due_on: date | None = None
    signs: bool = False


@dataclass(frozen=True)
class Desk:
    """All drafts that one person has to do with now."""

    to_sign: Sequence[Waits]
    to_comment: Sequence[Waits]
    mine: Sequence[Waits]
    done: Sequence[Waits]

    @property
    def waiting(self) -> int:
        """How many wait for this person."""
        return len(self.to_sign) + len(self.to_comment)


def desk_of(db: Session, person: Person) -> Desk:
    """What waits for this person, what they draft, and what became of it lately."""
    mine = (
        select(OfficeDocument)
        .where(OfficeDocument.created_by == person.member_id, OfficeDocument.direction == Direction.OUTGOING)
        .options(joinedload(OfficeDocument.unit))
        .order_by(OfficeDocument.id.desc())
        .limit(SHOWN)
    )
    drafts = mine.join(OfficeDraft, OfficeDraft.office_document_id == OfficeDocument.id)
    return Desk(
        to_sign(db, person.member_id),
        to_comment(db, person.member_id),
        [Waits(doc) for doc in db.scalars(drafts.where(OfficeDocument.state.in_(OPEN)))],
        [Waits(doc) for doc in db.scalars(drafts.where(OfficeDocument.state.not_in(OPEN)))],
    )


def to_sign(db: Session, member_id: int) -> list[Waits]:
    """Those submitted that wait for this member: to be looked at, or to be signed."""
    earlier = aliased(ChainStep)
    before = exists().where(
        earlier.office_document_id == ChainStep.office_document_id, earlier.outcome.is_(None),
        earlier.position < ChainStep.position,
    )  # fmt: skip
    rows = db.execute(
        select(OfficeDocument, ChainStep.kind)
        .join(ChainStep, ChainStep.office_document_id == OfficeDocument.id)
        .where(ChainStep.member_id == member_id, ChainStep.outcome.is_(None), ~before)
        .where(OfficeDocument.state == OfficeState.SUBMITTED)
        .options(joinedload(OfficeDocument.unit))
        .order_by(OfficeDocument.id)
        .limit(SHOWN)
    )
    return [Waits(doc, signs=kind == StepKind.SIGN) for doc, kind in rows]


def to_comment(db: Session, member_id: int) -> list[Waits]:
    """Drafts on whose present round this member was asked and has not said anything yet."""
    said = exists().where(
        DraftComment.office_document_id == OfficeDocument.id, DraftComment.round == OfficeDraft.round,
        DraftComment.member_id == member_id,
    )  # fmt: skip
    rows = db.execute(
        select(OfficeDocument, Consulted.due_on)
        .join(OfficeDraft, OfficeDraft.office_document_id == OfficeDocument.id)
        .join(Consulted, Consulted.office_document_id == OfficeDocument.id)
        .where(Consulted.member_id == member_id, Consulted.round == OfficeDraft.round, ~said)
        .where(OfficeDocument.state == OfficeState.DRAFT)
        .options(joinedload(OfficeDocument.unit))
        .order_by(Consulted.due_on.is_(None), Consulted.due_on, OfficeDocument.id)
        .limit(SHOWN)
    )
    return [Waits(doc, due_on) for doc, due_on in rows]


@dataclass(frozen=True)
class Colleague:
    """Somebody who can be asked, look at a draft, or sign it; ``title``: the position held today, if any."""

    id: int
    name: str
    title: str

    @property
    def words(self) -> str:
        return f"{self.name} – {self.title}" if self.title else self.name


def colleagues(db: Session, unit: Unit, today: date, keep: Collection[int] = ()) -> list[Colleague]:
    """Those who work in the unit, the leaders above it, those with a seat in its bodies; ``keep``: and these."""
    roles = select(Account.member_id).join(UnitRole, UnitRole.account_id == Account.id)
    staff = roles.where(UnitRole.unit_id == unit.id, UnitRole.role.in_(list(GRANTS)), Account.active)
    leading = [role for role, granted in GRANTS.items() if Permission.ASSIGN in granted]
    above = roles.where(UnitRole.unit_id.in_(ancestors(unit.path)), UnitRole.role.in_(leading), Account.active)
    seats = _positions(today).where(Body.unit_id == unit.id).with_only_columns(Position.member_id)
    rows = db.execute(
        select(Member.id, Member.full_name)
        .where(or_(Member.id.in_(staff), Member.id.in_(above), Member.id.in_(seats), Member.id.in_(sorted(keep))))
        .where(Member.status == MemberStatus.ACTIVE)
        .order_by(Member.order_key, Member.id)
        .limit(OFFERED)
    ).all()
    titles = titles_of(db, [row.id for row in rows], today)
    return [Colleague(row.id, row.full_name, titles.get(row.id, "")) for row in rows]


def _positions(today: date) -> Select[int, str]:
    held = (
        condition
        for table in (Position, Term)
        for condition in (table.starts_on <= today, or_(table.ends_on.is_(None), table.ends_on >= today))
    )
    joined = select(Position.member_id, Position.title).join(Term, Term.id == Position.term_id)
    return joined.join(Body, Body.id == Term.body_id).where(*held)


def titles_of(db: Session, members: Collection[int], today: date) -> dict[int, str]:
    """The position that each holds today, the first in rank of several."""
    rows = db.execute(_positions(today).where(Position.member_id.in_(sorted(members))).order_by(Position.rank.desc()))
    return {row.member_id: row.title for row in rows}


def issuers(db: Session, unit: Unit) -> list[Issuer]:
    """Who issues in a unit: the unit itself first."""
    own = series.issuer_of(db, unit)
    rows = db.scalars(select(Issuer).where(Issuer.unit_id == unit.id).order_by(Issuer.id))
    return [own, *(issuer for issuer in rows if issuer.id != own.id)]


def last_reviewers(db: Session, person: Person, type_code: str) -> list[int]:
    """Who looked at what this person submitted last, of the same type where there was one."""
    last = (
        select(func.max(ChainStep.office_document_id))
        .join(OfficeDocument, OfficeDocument.id == ChainStep.office_document_id)
        .where(OfficeDocument.created_by == person.member_id)
    )
    office_id = db.scalar(last.where(OfficeDocument.type_code == type_code)) or db.scalar(last)
    draft = db.get(OfficeDraft, office_id) if office_id else None
    if draft is None:
        return []
    steps = desk.chain(db, draft.office_document_id)
    return [step.member_id for step in steps if step.kind == StepKind.REVIEW and step.position >= draft.chain_from]
