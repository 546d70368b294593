"""What a draft begins from besides a type: nothing that is known is typed again.

A source is written "conclusion:7", "resolution:3", "replies:12", "amends:12", "replaces:12", "corrects:12"; the last
four name a document of the register. Who may not see it is told that it is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.drafting.operations import Origin
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.minutes.facts import CONCLUSION, ITEM, tasks_by_source
from ecabinet.minutes.models import Conclusion, Resolution
from ecabinet.office import desk
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.life_rules import OfficeState
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.numbering_rules import Direction
from ecabinet.registry.models import Unit
from ecabinet.tasks.models import Task
from ecabinet.upload_words import UPLOAD_LABELS

FILED = "Lưu: VT"
ISSUED = frozenset({OfficeState.ISSUED})


@dataclass(frozen=True)
class Source:
    """What is known: the unit, what it is in one line, the fields of the form, the types to choose of (the first that
    the profile knows), what it is linked with.
    """

    unit: Unit
    title: str
    values: dict[str, str]
    types: tuple[str, ...]
    origins: tuple[Origin, ...] = field(default=())


def load(db: Session, person: Person, written: str) -> Source:
    """The source that is named, for those who may draft from it."""
    name, _, number = written.partition(":")
    if name not in _SOURCES or not (number.isascii() and number.isdigit() and len(number) <= 15):
        raise NotFound(f"source {written!r}")
    return _SOURCES[name](db, person, int(number))


def _meeting(db: Session, person: Person, meeting_id: int) -> Meeting:
    return meetings.load(db, person, meeting_id).require_manager()


def _conclusion(db: Session, person: Person, key: int) -> Source:
    one = db.get(Conclusion, key)
    if one is None:
        raise NotFound(f"conclusion {key}")
    meeting = _meeting(db, person, one.meeting_id)
    by_source = tasks_by_source(db, meeting)
    tasks = [*by_source[(CONCLUSION, one.id)], *(by_source[(ITEM, one.item_id)] if one.item_id else ())]
    about = one.item.title if one.item is not None else meeting.title
    opening = f"Tại {_lower(meeting.title)} ngày {_day(meeting)}, sau khi nghe báo cáo và ý kiến thảo luận, "
    opening += f"{_body(meeting)} kết luận như sau:"
    given = [f"- {task.owner_name}: {task.title}, hoàn thành trước ngày {task.due_on:%d/%m/%Y}." for task in tasks]
    body = [opening, *one.text.split("\n"), *(["Phân công thực hiện:", *given] if given else [])]
    values = {
        "subject": f"về {_lower(about)}"[:500], "body": "\n".join(body), "recipients": _recipients(tasks),
        "authority": "behalf", "authority_of": _body(meeting),
    }  # fmt: skip
    return Source(
        meeting.unit, meeting.title, values, ("KL", "TB"), (Origin(Relation.DRAFTED_FROM, LinkKind.CONCLUSION, one.id),)
    )  # fmt: skip


def _resolution(db: Session, person: Person, key: int) -> Source:
    one = db.get(Resolution, key)
    if one is None:
        raise NotFound(f"resolution {key}")
    meeting = _meeting(db, person, one.meeting_id)
    item: AgendaItem = one.item
    tasks = tasks_by_source(db, meeting)[(ITEM, item.id)]
    values = {
        "subject": _lower(one.summary)[:500], "grounds": one.grounds, "body": one.articles,
        "recipients": _recipients(tasks), "authority": "behalf", "authority_of": _body(meeting),
    }  # fmt: skip
    return Source(
        meeting.unit, meeting.title, values, ("NQ",), (Origin(Relation.DRAFTED_FROM, LinkKind.RESOLUTION, one.id),)
    )  # fmt: skip


def _body(meeting: Meeting) -> str:
    return meeting.body.name if meeting.body else meeting.unit.name


def _day(meeting: Meeting) -> str:
    return meeting.starts_at.astimezone(ZONE).strftime("%d/%m/%Y")


def _lower(text: str) -> str:
    """A title as it goes on in a sentence; a word in capitals stays."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _recipients(tasks: list[Task]) -> str:
    owners = dict.fromkeys(task.owner_name for task in tasks)
    return "\n".join([*owners, FILED])


def _of_register(relation: Relation) -> Callable[[Session, Person, int], Source]:
    def load_from(db: Session, person: Person, key: int) -> Source:
        doc = desk.load(db, person, key).doc
        answers = relation == Relation.REPLIES
        if answers != (doc.direction == Direction.INCOMING) or (not answers and doc.state not in ISSUED):
            raise Problem("source_unfit")
        values, types = _values(doc, relation)
        origin = Origin(relation, LinkKind.OFFICE, doc.id)
        return Source(doc.unit, " ".join(filter(None, (doc.code, doc.subject))), values, types, (origin,))

    return load_from


def _values(doc: OfficeDocument, relation: Relation) -> tuple[dict[str, str], tuple[str, ...]]:
    kind = UPLOAD_LABELS["document_type"].get(doc.type_code, doc.type_code)
    number = f" số {doc.code}" if doc.code else ""
    dated = f" ngày {doc.issued_on:%d/%m/%Y}" if doc.issued_on else ""
    cited = f"{kind}{number}{dated} của {doc.organ_name}"
    secret = {"secrecy": doc.secrecy}
    if relation == Relation.REPLIES:
        values = {
            "subject": f"trả lời {cited}"[:500], "addressees": doc.organ_name,
            "body": f"Phúc đáp {cited} về việc {_lower(doc.subject)}, ",
            "recipients": f"Như trên\n{FILED}", "urgency": doc.urgency,
        }  # fmt: skip
        return values | secret, ("CV",)
    said = {Relation.AMENDS: "sửa đổi, bổ sung", Relation.REPLACES: "thay thế", Relation.CORRECTS: "đính chính"}
    values = {
        "subject": f"{said[relation]} {cited}"[:500], "grounds": f"Căn cứ {cited};",
        "recipients": doc.to_places.replace("; ", "\n") or FILED,
    }  # fmt: skip
    types = ("CV",) if relation == Relation.CORRECTS else (doc.type_code,)
    return values | secret, types


_SOURCES: dict[str, Callable[[Session, Person, int], Source]] = {
    "conclusion": _conclusion,
    "resolution": _resolution,
    **{
        relation.value: _of_register(relation)
        for relation in (Relation.REPLIES, Relation.AMENDS, Relation.REPLACES, Relation.CORRECTS)
    },
}
