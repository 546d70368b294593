"""Everything that can be found, in every state that hides it from somebody; each thing has the word ``WORD`` in it."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from documents.database import Database
from documents.models import Document, PageText, Version
from documents.operations import add_document
from documents.pipeline import run_one
from documents.rules import Lane, VersionState
from documents.search import Search
from ecabinet.access import member_label, office_label, unit_label
from ecabinet.app import ENTRIES
from ecabinet.meetings import agenda, audience
from ecabinet.meetings import operations as meetings
from ecabinet.meetings.agenda_rules import ItemDraft
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.meetings.rules import MeetingState
from ecabinet.minutes import conclusions
from ecabinet.minutes import operations as minutes
from ecabinet.minutes.texts import Section
from ecabinet.registry.models import Unit
from ecabinet.tasks import operations as tasks
from ecabinet.tasks.rules import TaskDraft
from ecabinet.voting import operations as voting
from ecabinet.voting.models import Poll
from ecabinet.voting.rules import Base, Majority, Manner, PollDraft
from tests.people import ACT, NOW, Office, draft, make_meeting, make_office, new_code, participant

WORD = "Zêta"


def lay_document(db: Session, title: str, labels: set[str], *pages: str, **fields: object) -> Document:
    """A document that was read already: its pages are in the database."""
    document = add_document(db, title=title, kind="paper", labels=labels, by="test", now=NOW, **fields)  # type: ignore[arg-type]
    version = Version(
        document_id=document.id, number=1, sha256="0" * 64, size=1, filename="a.pdf", media_type="application/pdf",
        state=VersionState.READY, page_count=len(pages), created_at=NOW, created_by="test",
    )  # fmt: skip
    db.add(version)
    db.flush()
    db.add_all(PageText(version_id=version.id, page=page, text=text) for page, text in enumerate(pages))
    return document


def index(database: Database, search: Search) -> None:
    """Do what the worker would do for the index."""
    later = NOW + timedelta(days=3650)
    while run_one(database, None, search, later, lane=Lane.INDEX, contents=ENTRIES):  # type: ignore[arg-type]
        pass


def fill(db: Session) -> Office:
    """An office with all of it."""
    office = make_office(db)
    _documents(db, office)
    meeting = make_meeting(db, office)
    meeting.title = f"Hội nghị {WORD}"
    items = {name: _item(db, meeting, f"Mục {name} {WORD}", hidden=name == "ẩn") for name in ("mở", "ẩn", "hạn chế")}
    only_first = [participant(db, office, meeting, "first").id]
    audience.limit(db, meeting, items["hạn chế"], only_first, in_minutes=False, by=office.members["chair"], now=NOW)
    for name, item in items.items():
        _votes(db, meeting, item, name)
        for announced in (False, True):
            one = conclusions.add(db, meeting, item.id, f"Kết luận {name} {WORD}", office.members["secretary"], NOW)
            if announced:
                conclusions.announce(db, meeting, one, office.members["chair"], NOW)
    sections = [Section(f"item-{item.id}", f"Mục {n}", f"Ghi {n} {WORD}", item.id) for n, item in items.items()]
    minutes.begin(db, meeting, sections, office.members["secretary"], NOW)
    _tasks(db, office)
    _other_meetings(db, office)
    return office


def _documents(db: Session, office: Office) -> None:
    labels = {
        "đơn vị": {unit_label(office.units["centre"])},
        "Huế": {unit_label(office.units["hue"])},
        "cơ quan": {office_label(office.units["centre"])},
        "riêng": {member_label(office.members["spare"])},
        "của không ai": {"nobody:1"},
    }
    for number, (name, some) in enumerate(labels.items()):
        lay_document(
            db, f"Văn bản {name} {WORD}", some, "mở đầu", f"trang hai {WORD}", number=f"{number}/KL",
            type_code="KL" if number % 2 else "NQ", issuer=f"Ban {number % 2}", issued_on=date(2020 + number, 1, 2),
        )  # fmt: skip


def _item(db: Session, meeting: Meeting, title: str, *, hidden: bool) -> AgendaItem:
    item = agenda.add_item(db, meeting, title, "", 10)
    agenda.edit_item(db, meeting, item, ItemDraft(title, hidden=hidden), NOW)
    return item


def _votes(db: Session, meeting: Meeting, item: AgendaItem, name: str) -> list[Poll]:
    """A draft, one that was closed without being published, a published one."""
    majority = Majority(1, 2, True, Base.CAST)
    motions = (
        PollDraft(f"Biểu quyết {state} {name} {WORD}", item.id, majority, manner=Manner.SECRET, needs_quorum=False)
        for state in ("dự thảo", "đã đóng", "đã công bố")
    )
    polls = [voting.draft_poll(db, meeting, motion) for motion in motions]
    for poll in polls[1:]:
        voting.open_poll(db, poll, ACT)
        voting.close_poll(db, poll, ACT)
    voting.publish_poll(db, polls[2], ACT)
    return polls


def _tasks(db: Session, office: Office) -> None:
    owners = {
        "Huế": {"owner_unit": office.units["hue"]},
        "một người": {"owner_member": office.members["spare"]},
    }
    for name, owner in owners.items():
        wanted = TaskDraft(f"Nhiệm vụ của {name} {WORD}", NOW.date() + timedelta(days=9), **owner)
        unit = db.get_one(Unit, office.units["centre"])
        tasks.give(db, unit, wanted, tasks.Source(), office.members["leader"], NOW)


def _other_meetings(db: Session, office: Office) -> None:
    """A draft of the same body, and a meeting in another province."""
    own = make_meeting(db, office, state=MeetingState.DRAFT)
    own.title = f"Dự thảo {WORD}"
    stranger = office.person(db, "stranger")
    unit = db.get_one(Unit, office.units["hanoi"])
    meetings.create_meeting(db, stranger, unit, None, draft(title=f"Họp Hà Nội {WORD}"), new_code)
