"""Rules of notes from plain values."""

from documents.errors import Invalid, Problem

LONGEST_TITLE = 200
LONGEST_TEXT = 200_000


class Conflict(Problem):
    """A note was saved elsewhere after this page had read it; ``theirs`` is what stands there now."""

    def __init__(self, theirs: str, revision: int) -> None:
        super().__init__("note_changed_elsewhere", f"revision {revision}")
        self.theirs = theirs
        self.revision = revision


def check_note(title: str, text: str) -> None:
    """A note may be anything within bounds."""
    faults: dict[str, Problem] = {}
    if len(title) > LONGEST_TITLE:
        faults["title"] = Problem("too_long", limit=LONGEST_TITLE)
    if len(text) > LONGEST_TEXT:
        faults["text"] = Problem("too_long", limit=LONGEST_TEXT)
    if faults:
        raise Invalid(faults)


def check_revision(read: int, present: int, text: str, present_text: str) -> None:
    """What a page saves must build on what is there; the same text twice is no conflict."""
    if read != present and text != present_text:
        raise Conflict(present_text, present)


def heading(title: str, text: str) -> str:
    """What a note is called in lists: its title, or the first words of its text; may be empty."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return title or (f"{first[:79]}…" if len(first) > 80 else first)
