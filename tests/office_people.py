"""An office to test with: the centre's clerk, its leader, an official who works there, papers that come in."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import Database
from documents.rules import Secrecy
from ecabinet.access import Role
from ecabinet.clock import ZONE
from ecabinet.office import desk, incoming, routing
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Facts
from ecabinet.office.incoming import File, Registering
from ecabinet.office.routing_rules import Order, Whom
from ecabinet.registry import operations
from ecabinet.registry.models import Account, Unit
from tests.people import NOW, Office, make_office

TODAY = NOW.astimezone(ZONE).date()
ROLES = {"first": (Role.CLERK, "centre"), "second": (Role.CLERK, "hue"), "chair": (Role.OFFICIAL, "centre")}
"""Who gets which role besides those of :data:`tests.people.PEOPLE`; the leader of the centre is there already."""


def grant_roles(db: Session, office: Office) -> None:
    for name, (role, unit) in ROLES.items():
        account = db.scalars(select(Account).where(Account.login == name)).one()
        operations.grant(db, account, role, db.get_one(Unit, office.units[unit]))


def staffed(db: Session) -> Office:
    """The usual office with these roles."""
    office = make_office(db)
    grant_roles(db, office)
    return office


def facts(**changes: object) -> Facts:
    """A sound entry."""
    values: dict[str, object] = {
        "code_number": "15", "code_notation": "QĐ-UBND", "type_code": "QĐ", "issued_on": TODAY,
        "organ_name": "Ủy ban nhân dân thành phố Huế", "subject": "Về việc tổ chức Tháng Thanh niên",
        "arrived_on": TODAY,
    }  # fmt: skip
    return Facts(**(values | changes))  # type: ignore[arg-type]


def receive(db: Session, office: Office, *, who: str = "first", sha: str = "a", secret: bool = False) -> int:
    """A paper has come to the centre."""
    unit = db.get_one(Unit, office.units["centre"])
    file = File(Blob(sha * 64, 3), "quyet-dinh.pdf", "application/pdf")
    version = incoming.receive(db, unit, file, office.person(db, who), NOW, secret=secret)
    return db.scalars(select(OfficeDocument.id).where(OfficeDocument.document_id == version.document_id)).one()


def seen(db: Session, office: Office, who: str, office_id: int) -> Seen:
    return desk.load_to_change(db, office.person(db, who), office_id)


def registered(db: Session, office: Office, *, who: str = "first", sha: str = "a", **changes: object) -> int:
    """A paper that came and was registered."""
    secret = changes.get("secrecy") == Secrecy.SECRET
    office_id = receive(db, office, who=who, sha=sha, secret=secret)
    person = office.person(db, who)
    incoming.register(db, seen(db, office, who, office_id), facts(**changes), Registering(), person, NOW)
    return office_id


def assigned(db: Session, office: Office, *whom: Whom, **changes: object) -> int:
    """One that the leader has given to these."""
    office_id = registered(db, office, **changes)
    order = Order(whom, "Đề nghị thực hiện", TODAY)
    routing.assign(db, seen(db, office, "leader", office_id), order, office.person(db, "leader"), NOW)
    return office_id


def state_of(database: Database, office_id: int) -> str:
    with database.reading() as db:
        return db.get_one(OfficeDocument, office_id).state
