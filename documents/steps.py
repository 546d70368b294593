"""The steps of processing one version: each looks at the file and says what came of it; none touches the database."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from documents import media, ocr, office, previews, rewrite, safety
from documents.children import Limits
from documents.errands import ErrandFailed
from documents.extract import Extracted, Reason, extract
from documents.models import Version
from documents.rules import RenditionKind, Step, StepState, VersionState
from documents.safety import Note

SLICE_SECONDS = 45.0
"""After this a long step lets others have their turn, and goes on from where it was."""
NOT_NEEDED = "not_needed"
"""Why a step was left out that has nothing to do for this file, or would bring nothing."""


@dataclass(frozen=True)
class Made:
    """A file to be kept as a rendition."""

    kind: RenditionKind
    path: Path
    media_type: str
    pages: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a step. ``texts`` are those of pages that had none; ``again``: the step is to go on later."""

    state: StepState = StepState.DONE
    reason: str | None = None
    notes: Sequence[str] = ()
    media_type: str | None = None
    extracted: Extracted | None = None
    texts: Mapping[int, str] = field(default_factory=dict)
    made: Sequence[Made] = ()
    again: bool = False


@dataclass(frozen=True)
class Material:
    """What a step works with. ``path`` is a copy of the file in a folder of its own, ``rendition`` fetches what was
    made of it before into that folder; ``notes`` are the check's; ``without_text`` are the pages that have no text yet;
    ``say`` tells how many pages of a long step are done.
    """

    version: Version
    path: Path
    notes: frozenset[str]
    limits: Limits
    rendition: Callable[[RenditionKind], Path | None]
    without_text: Sequence[int]
    say: Callable[[int], None]


Work = Callable[[Material], Outcome]


def skipped(reason: str = NOT_NEEDED) -> Outcome:
    return Outcome(StepState.SKIPPED, reason)


def failed(reason: str) -> Outcome:
    return Outcome(StepState.FAILED, reason)


def applies(step: Step, version: Version, *, as_pdf: bool, without_text: Sequence[int]) -> bool:
    """Whether there is anything to do for a step. ``as_pdf``: the file has been made a PDF; ``without_text`` are the
    pages that have none.
    """
    match step:
        case Step.REWRITE:
            return version.media_type == media.PDF and version.size >= rewrite.SMALL
        case Step.PDF:
            return version.media_type in office.ENDINGS
        case Step.PREVIEW:
            return as_pdf or previews.can_draw(version.media_type)
        case Step.OCR:
            return bool(without_text)
        case _:
            return True


def check(at: Material) -> Outcome:
    """What the file is, by its content, and what there is to be wary of."""
    with at.path.open("rb") as file:
        kind = media.media_type(file)
    if kind == media.EMPTY:
        return failed(Reason.EMPTY)
    if at.version.filename.lower().endswith(".pdf") and kind != media.PDF:
        return failed(Reason.NOT_A_PDF)
    found = safety.inspect(at.path, kind, at.limits)
    state, reason = (StepState.FAILED, Reason.ENCRYPTED) if found.refused else (StepState.DONE, None)
    return Outcome(state, reason, notes=found.notes, media_type=kind)


def text(at: Material) -> Outcome:
    """The text of each page, as the file has it."""
    outcome = extract(at.path, at.version.filename, at.limits)
    if outcome.reason == Reason.OFFICE_MISSING:
        return Outcome(StepState.SKIPPED, outcome.reason, extracted=outcome)
    bad = outcome.state in {VersionState.FAILED, VersionState.REFUSED}
    return Outcome(StepState.FAILED if bad else StepState.DONE, outcome.reason, notes=outcome.notes, extracted=outcome)


def streaming(at: Material) -> Outcome:
    """A copy that opens at once; what is signed or encrypted stays as it is."""
    for note in (Note.SIGNED, Note.LOCKED):
        if note in at.notes:
            return skipped(note)
    target = at.path.with_name("streaming.pdf")
    try:
        if not rewrite.rewrite(at.path, target, at.limits):
            return skipped()
    except ErrandFailed as error:
        return failed(error.reason)
    return Outcome(made=[Made(RenditionKind.STREAMING, target, media.PDF, at.version.page_count)])


def pdf(at: Material) -> Outcome:
    """An office file as it would be printed."""
    if Note.BOMB in at.notes:
        return skipped(Note.BOMB)
    target = at.path.with_name("office.pdf")
    try:
        office.to_pdf(at.path, target, at.limits)
    except office.OfficeMissing as missing:
        return skipped(missing.code)
    except office.NotConverted as error:
        return failed(error.code)
    return Outcome(made=[Made(RenditionKind.PDF, target, media.PDF)])


def preview(at: Material) -> Outcome:
    """Pictures of the first page."""
    source, kind = at.rendition(RenditionKind.PDF), media.PDF
    if source is None:
        source, kind = at.path, at.version.media_type
    try:
        pictures = previews.draw(source, kind, at.limits)
    except ErrandFailed as error:
        return failed(error.reason)
    return Outcome(made=[Made(picture.kind, picture.path, previews.MEDIA_TYPE) for picture in pictures])


def recognise(at: Material) -> Outcome:
    """The text of pages that are pictures; in slices, so that a long scan keeps nobody waiting."""
    if ocr.available() is None:
        return skipped(ocr.OcrMissing().code)
    until, texts, unread = monotonic() + SLICE_SECONDS, dict[int, str](), 0

    def on_page(page: int, found: str | None) -> None:
        nonlocal unread
        # A page that cannot be read counts as read without text: it must not be tried for ever.
        texts[page], unread = found or "", unread + (found is None)
        at.say(len(texts))
        if monotonic() > until:
            raise _SliceOver

    with suppress(_SliceOver):
        ocr.read(at.path, at.without_text, at.limits, on_page)
    again = len(texts) < len(at.without_text)
    return Outcome(reason=Reason.PARTLY_READ if unread else None, texts=texts, again=again)


class _SliceOver(Exception):
    """The time of this turn is used up; what was recognised is kept, and the rest is done in another."""


STEPS: dict[Step, Work] = {
    Step.CHECK: check,
    Step.TEXT: text,
    Step.REWRITE: streaming,
    Step.PDF: pdf,
    Step.PREVIEW: preview,
    Step.OCR: recognise,
}
