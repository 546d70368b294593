"""Resolutions drafted from an item: prefilled from its votes and conclusions, kept as a draft of the meeting."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.errors import Problem
from documents.media import DOCX
from documents.models import Document
from documents.operations import add_document
from documents.versions import add_version
from ecabinet import audit
from ecabinet.access import ancestors, preparing_label, running_label, unit_label
from ecabinet.clock import ZONE
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.minutes import rules
from ecabinet.minutes.facts import facts_of
from ecabinet.minutes.models import Resolution


@dataclass(frozen=True)
class Draft:
    """What a resolution says: a line of grounds each, an article each line."""

    summary: str
    grounds: str
    articles: str
    revision: int = 0


def of_item(db: Session, item: AgendaItem) -> Resolution | None:
    """The resolution drafted from an item."""
    return db.scalar(select(Resolution).where(Resolution.item_id == item.id))


def of_meeting(db: Session, meeting_id: int) -> list[Resolution]:
    """All drafted from items of a meeting."""
    return list(db.scalars(select(Resolution).where(Resolution.meeting_id == meeting_id).order_by(Resolution.id)))


def prefilled(db: Session, meeting: Meeting, item: AgendaItem) -> Draft:
    """What the data say: the votes of the item with their figures, its conclusions as articles, the tasks."""
    fact = next(one for one in facts_of(db, meeting).items if one.id == item.id)
    body = meeting.body.name if meeting.body else meeting.unit.name
    day = meeting.starts_at.astimezone(ZONE).strftime("%d/%m/%Y")
    grounds = [
        f"Căn cứ Quy chế làm việc của {body};",
        f"Căn cứ kết quả {meeting.title} ngày {day};",
        *(
            f"Căn cứ kết quả biểu quyết “{vote.title}”: {_figures(vote.options)} trên {vote.cast} phiếu thu về;"
            for vote in fact.votes
        ),
    ]
    said = list(fact.conclusions) or [f"Thông qua nội dung: {item.title}."]
    articles = [f"Điều {n}. {text}" for n, text in enumerate(said, 1)]
    if fact.tasks:
        articles.append(f"Điều {len(articles) + 1}. Tổ chức thực hiện:")
        articles += [
            f"- {task.owner}: {task.title}, hoàn thành trước ngày {task.due_on.strftime('%d/%m/%Y')}."
            for task in fact.tasks
        ]
    articles.append(
        f"Điều {sum(line.startswith('Điều') for line in articles) + 1}. Các đơn vị, cá nhân liên quan chịu trách nhiệm "
        "thi hành Nghị quyết này."
    )
    return Draft(f"Về {item.title[:1].lower()}{item.title[1:]}"[:600], "\n".join(grounds), "\n".join(articles))


def _figures(options: tuple[tuple[str, int, float], ...]) -> str:
    return ", ".join(f"{name.lower()} {count}" for name, count, _share in options)


def save(db: Session, meeting: Meeting, item: AgendaItem, draft: Draft, by: int, now: datetime) -> Resolution:
    """Keep what was written; ``draft.revision`` is the one that the writer saw, 0 for a new one."""
    rules.check_text(draft.summary, 600, "summary")
    rules.check_text(draft.grounds, rules.LONGEST_SECTION, "grounds", required=False)
    rules.check_text(draft.articles, rules.LONGEST_SECTION, "articles")
    one = of_item(db, item)
    if (one.revision if one else 0) != draft.revision:
        raise Problem("changed_meanwhile")
    if one is None:
        one = Resolution(meeting_id=meeting.id, item_id=item.id, revision=0)
        db.add(one)
    one.summary, one.grounds, one.articles = draft.summary, draft.grounds, draft.articles
    one.changed_by, one.changed_at = by, now
    one.revision += 1
    db.flush()
    audit.record(
        db, by, "resolution_drafted", f"meeting:{meeting.id}", now, item=item.id, revision=one.revision
    )  # fmt: skip
    return one


def keep(db: Session, meeting: Meeting, one: Resolution, blob: Blob, by_name: str, now: datetime) -> Document:
    """Keep it as a draft document of the meeting, for those who run it or prepare the unit's papers."""
    document = db.get(Document, one.document_id) if one.document_id else None
    if document is None:
        labels = {running_label(meeting.id), *(preparing_label(unit_id) for unit_id in ancestors(meeting.unit.path))}
        title = f"Dự thảo nghị quyết: {one.summary}"
        document = add_document(
            db, title=title[:500], kind="resolution", labels=labels, by=by_name, now=now, issuer=meeting.unit.name,
            owner=unit_label(meeting.unit_id),
        )  # fmt: skip
        one.document_id = document.id
    name = f"du-thao-nghi-quyet-{one.item_id}.docx"
    add_version(db, document, blob, filename=name, media_type=DOCX, by=by_name, now=now)
    return document
