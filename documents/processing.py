"""The steps of processing a version as rows: which has its turn, what came of it. In the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from documents import annotation_carrying, media
from documents.children import LIMITS
from documents.database import changed
from documents.errors import Problem
from documents.extract import Extracted, Reason
from documents.models import Job, PageText, Rendition, Version, VersionStep
from documents.operations import enqueue, request_index
from documents.rules import JobKind, RenditionKind, Step, StepState, VersionState, is_slow, next_step
from documents.steps import NOT_NEEDED, Outcome, applies

ROWS = 1000
"""Rows in one statement."""
_TEXT_STEPS = frozenset({Step.CHECK, Step.TEXT})
"""What becomes of these becomes of the version."""


def steps_of(db: Session, version_id: int) -> dict[Step, VersionStep]:
    """The steps that have begun, in their order."""
    rows = {row.step: row for row in db.scalars(select(VersionStep).where(VersionStep.version_id == version_id))}
    return {step: rows[step] for step in Step if step in rows}


def step_to_do(rows: Mapping[Step, VersionStep]) -> Step | None:
    """The step whose turn it is; None when processing is over."""
    ended = {step for step, row in rows.items() if row.state != StepState.RUNNING}
    return next_step(ended, {step for step, row in rows.items() if row.state == StepState.FAILED})


def rendition_of(db: Session, version_id: int, kind: RenditionKind) -> Rendition | None:
    return db.scalar(select(Rendition).where(Rendition.version_id == version_id, Rendition.kind == kind))


def may_gain(rows: Mapping[Step, VersionStep]) -> bool:
    """Whether processing is over and doing it again could bring more."""
    return step_to_do(rows) is None and bool(_worth_repeating(rows))


def _worth_repeating(rows: Mapping[Step, VersionStep]) -> set[Step]:
    return {step for step, row in rows.items() if row.state == StepState.FAILED or lacked(row)}


def lacked(row: VersionStep) -> bool:
    """Whether a step was left out, or did less than it can, because the machine lacked a program."""
    return row.reason is not None and row.reason.endswith("_missing")


def process_again(db: Session, version: Version, now: datetime) -> None:
    """Do once more what may bring more now. Raises ``still_processing``."""
    db.refresh(version, with_for_update=True)
    rows = steps_of(db, version.id)
    if not may_gain(rows):
        raise Problem("still_processing", f"version {version.id}")
    again = _worth_repeating(rows)
    if Step.TEXT in again:
        again.add(Step.OCR)  # it reads what the text left out
    if Step.PDF in again:
        again.add(Step.PREVIEW)
    for step in again & rows.keys():
        db.delete(rows[step])
    if again & _TEXT_STEPS:
        version.state, version.reason = VersionState.WAITING, None
    _go_on(db, version, now)
    changed(db, "version", version.id)


@dataclass(frozen=True)
class Begun:
    """A step at its beginning: how many pages it had done before, what the check noted, which pages have no text."""

    done: int
    notes: frozenset[str]
    without_text: Sequence[int]


def begin(db: Session, version: Version, step: Step, now: datetime) -> Begun:
    row = db.get(VersionStep, (version.id, step))
    if row is None:
        row = VersionStep(version_id=version.id, step=step, notes=[], done=0)
        db.add(row)
    row.state, row.at = StepState.RUNNING, now
    if step in _TEXT_STEPS:
        version.state, version.reason = VersionState.PROCESSING, None
    without_text = _without_text(db, version) if step == Step.OCR else []
    if without_text:
        row.done = max(0, row.total - len(without_text)) if row.total is not None else 0
        row.total = row.done + len(without_text)
    changed(db, "version", version.id)
    check = db.get(VersionStep, (version.id, Step.CHECK))
    return Begun(row.done, frozenset(check.notes if check is not None else ()), without_text)


def _without_text(db: Session, version: Version) -> list[int]:
    """The pages to be recognised; none where the file could not be read at all."""
    is_drawn = version.media_type == media.PDF or version.media_type.startswith("image/")
    if version.state != VersionState.READY or not is_drawn:
        return []
    have = set(db.scalars(select(PageText.page).where(PageText.version_id == version.id)))
    return [page for page in range(min(version.page_count or 0, LIMITS.pages)) if page not in have]


def store(
    db: Session, version_id: int, step: Step, begun: Begun, outcome: Outcome, made: Sequence[Rendition], now: datetime
) -> None:
    """Write down what came of a step, and ask for the next."""
    version = db.get(Version, version_id, with_for_update=True)
    row = db.get(VersionStep, (version_id, step))
    if version is None or row is None or row.state != StepState.RUNNING:
        return  # it is gone for good meanwhile, or another has done this
    row.reason, row.notes, row.at = outcome.reason or row.reason, list(outcome.notes), now
    row.state = StepState.RUNNING if outcome.again else outcome.state
    kinds = [rendition.kind for rendition in made]
    db.execute(delete(Rendition).where(Rendition.version_id == version_id, Rendition.kind.in_(kinds)))
    db.add_all(made)
    if outcome.media_type is not None:
        version.media_type = outcome.media_type
    if step == Step.CHECK and outcome.state == StepState.FAILED:
        version.state, version.reason = VersionState.REFUSED, outcome.reason
    if outcome.extracted is not None:
        _store_text(db, version, outcome.extracted)
        request_index(db, version.document_id, now)
    if outcome.texts:
        row.done = begun.done + len(outcome.texts)
        _store_recognised(db, version, outcome.texts)
        request_index(db, version.document_id, now)
    _go_on(db, version, now)
    changed(db, "version", version_id)


def _store_text(db: Session, version: Version, read: Extracted) -> None:
    """A page without text has no row: it may be a picture, to be recognised later."""
    db.execute(delete(PageText).where(PageText.version_id == version.id))
    _insert_pages(db, version.id, {page: text for page, text in read.pages.items() if text.strip()})
    version.state, version.reason, version.page_count = read.state, read.reason, read.page_count


def _store_recognised(db: Session, version: Version, texts: Mapping[int, str]) -> None:
    _insert_pages(db, version.id, texts)
    if version.reason == Reason.NO_TEXT and any(text.strip() for text in texts.values()):
        version.reason = None


def _insert_pages(db: Session, version_id: int, pages: Mapping[int, str]) -> None:
    rows = [{"version_id": version_id, "page": page, "text": text} for page, text in pages.items()]
    for start in range(0, len(rows), ROWS):
        db.execute(insert(PageText), rows[start : start + ROWS])


def _go_on(db: Session, version: Version, now: datetime) -> None:
    """Ask for the next step that there is anything to do for; those in between are over with this. After the last the
    annotations of the version before follow.
    """
    db.flush()
    rows = steps_of(db, version.id)
    while (step := step_to_do(rows)) is not None and not _applies(db, version, step):
        rows[step] = VersionStep(
            version_id=version.id, step=step, state=StepState.SKIPPED, reason=NOT_NEEDED, notes=[], done=0, at=now
        )
        db.add(rows[step])
    if step is not None:
        job = enqueue(db, JobKind.EXTRACT, {"version_id": version.id}, now)
        job.slow = is_slow(step, version.size)
    else:
        annotation_carrying.ask_for(db, version, now)


def _applies(db: Session, version: Version, step: Step) -> bool:
    as_pdf = step == Step.PREVIEW and rendition_of(db, version.id, RenditionKind.PDF) is not None
    without_text = _without_text(db, version) if step == Step.OCR else ()
    return applies(step, version, as_pdf=as_pdf, without_text=without_text)


def put_back(db: Session, job: Job) -> None:
    """The step has to wait."""
    version = db.get(Version, job.payload["version_id"])
    if version is not None and version.state == VersionState.PROCESSING:
        version.state = VersionState.WAITING
        changed(db, "version", version.id)


def give_up(db: Session, job: Job, reason: str, now: datetime) -> None:
    """The step failed for good; the others may still do."""
    version = db.get(Version, job.payload["version_id"], with_for_update=True)
    rows = steps_of(db, version.id) if version is not None else {}
    step = step_to_do(rows)
    if version is None or step is None:
        return
    row = rows.get(step) or VersionStep(version_id=version.id, step=step, notes=[], done=0)
    row.state, row.reason, row.at = StepState.FAILED, reason, now
    db.add(row)
    if step in _TEXT_STEPS:
        version.state, version.reason = VersionState.FAILED, reason
    _go_on(db, version, now)
    changed(db, "version", version.id)
