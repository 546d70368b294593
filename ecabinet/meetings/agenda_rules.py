"""The agenda as an outline, from plain values: items in the order in which they are read, each with its depth.

An outline is a tree written down: an item stands under the nearest one before it that is one level higher. So no change
can make a circle or lose a branch; all that must hold is that the first stands at depth 1 and none more than one deeper
than the one before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from documents.errors import Invalid, Problem


class ItemKind(StrEnum):
    """What is done under an item."""

    REPORT = "report"
    DISCUSSION = "discussion"
    VOTE = "vote"
    ELECTION = "election"
    BREAK = "break"


class Numbering(StrEnum):
    """How items are numbered: 1, 1.1, 1.1.1 or I, 1, a."""

    DECIMAL = "decimal"
    OUTLINE = "outline"


class Direction(StrEnum):
    """One step of an item: among its neighbours, under the one before it, out to the level above."""

    UP = "up"
    DOWN = "down"
    IN = "in"
    OUT = "out"


DEEPEST = 4
MOST_ITEMS = 500
MOST_PRESENTERS = 10
LONGEST_MINUTES = 24 * 60
LONGEST_TITLE = 300
LONGEST_NAME = 100
LONGEST_DESCRIPTION = 4000
BREAK_MINUTES = (5, 10, 15, 20, 30)


@dataclass(frozen=True)
class Line:
    """An item as far as its place is concerned."""

    id: int
    depth: int
    kind: ItemKind = ItemKind.REPORT
    hidden: bool = False


Outline = Sequence[Line]


@dataclass(frozen=True)
class ItemDraft:
    """What a secretary says of an item; ``minutes`` is None when it was no number. ``hidden``: only those who run the
    meeting know of it. ``papers_due``: until when its papers are to be submitted.
    """

    title: str
    minutes: int | None = 0
    kind: ItemKind = ItemKind.REPORT
    presenters: tuple[str, ...] = ()
    description: str = ""
    hidden: bool = False
    papers_due: datetime | None = None


def check_item(draft: ItemDraft) -> None:
    """Raise :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    if not draft.title:
        faults["title"] = Problem("missing")
    elif len(draft.title) > LONGEST_TITLE:
        faults["title"] = Problem("too_long", limit=LONGEST_TITLE)
    if draft.minutes is None or not 0 <= draft.minutes <= LONGEST_MINUTES:
        faults["minutes"] = Problem("not_in_range", low=0, high=LONGEST_MINUTES)
    if any(len(name) > LONGEST_NAME for name in draft.presenters):
        faults["presenter"] = Problem("too_long", limit=LONGEST_NAME)
    elif len(draft.presenters) > MOST_PRESENTERS:
        faults["presenter"] = Problem("too_many_presenters", limit=MOST_PRESENTERS)
    if len(draft.description) > LONGEST_DESCRIPTION:
        faults["description"] = Problem("too_long", limit=LONGEST_DESCRIPTION)
    if faults:
        raise Invalid(faults)


def is_tree(outline: Outline) -> bool:
    """Whether the outline is one: depths follow each other, ids are unique, and nothing stands under a break."""
    before = Line(0, 0)
    for line in outline:
        deepest = before.depth if before.kind == ItemKind.BREAK else before.depth + 1
        if not 1 <= line.depth <= min(deepest, DEEPEST):
            return False
        before = line
    return len({line.id for line in outline}) == len(outline)


def branch(outline: Outline, item_id: int) -> range:
    """The places of an item and all below it; raises ``order_mismatch`` when it is not there (any more)."""
    start = next((n for n, line in enumerate(outline) if line.id == item_id), None)
    if start is None:
        raise Problem("order_mismatch")
    end = start + 1
    while end < len(outline) and outline[end].depth > outline[start].depth:
        end += 1
    return range(start, end)


def parent(outline: Outline, place: int) -> int | None:
    """The place of the item that this one stands under."""
    return next((n for n in range(place - 1, -1, -1) if outline[n].depth < outline[place].depth), None)


def depths_after(outline: Outline, place: int) -> range:
    """The depths at which an item may be put in before ``place`` without another one changing its parent."""
    if place == 0:
        return range(1, 2)
    before = outline[place - 1]
    high = min(before.depth if before.kind == ItemKind.BREAK else before.depth + 1, DEEPEST)
    low = outline[place].depth if place < len(outline) else 1
    return range(low, high + 1)


def put(outline: Outline, item_id: int, after: int | None, depth: int) -> list[Line]:
    """An item with all below it directly behind another one (None: at the head), at this depth.

    Said relative to a neighbour, the moves of two people at once both hold. When the neighbour has gone, or no longer
    stands where such a depth makes sense, it is ``order_mismatch``.
    """
    places = branch(outline, item_id)
    rest = [line for n, line in enumerate(outline) if n not in places]
    here = 0 if after is None else branch(rest, after).start + 1
    if depth not in depths_after(rest, here):
        raise Problem("order_mismatch")
    return _joined(outline, places, rest, here, depth)


def _joined(outline: Outline, places: range, rest: list[Line], here: int, depth: int) -> list[Line]:
    step = depth - outline[places.start].depth
    moving = [replace(outline[n], depth=outline[n].depth + step) for n in places]
    if max(line.depth for line in moving) > DEEPEST:
        raise Problem("agenda_too_deep", limit=DEEPEST)
    return rest[:here] + moving + rest[here:]


def moved(outline: Outline, item_id: int, direction: Direction) -> list[Line]:
    """The outline after one step of an item; at the edge it stays."""
    places = branch(outline, item_id)
    depth = outline[places.start].depth
    above = parent(outline, places.start)
    if direction == Direction.OUT:
        if above is None:
            return list(outline)
        # Behind what stays with the former parent: in place it would take its younger siblings along.
        end = branch(outline, outline[above].id).stop
        rest = [line for n, line in enumerate(outline) if n not in places]
        return _joined(outline, places, rest, end - len(places), depth - 1)
    siblings = [
        n for n, line in enumerate(outline) if line.depth == depth and parent(outline, n) == above and n != places.start
    ]
    before = next((n for n in reversed(siblings) if n < places.start), None)
    behind = next((n for n in siblings if n > places.start), None)
    rest = [line for n, line in enumerate(outline) if n not in places]
    if direction == Direction.UP and before is not None:
        return _joined(outline, places, rest, before, depth)
    if direction == Direction.DOWN and behind is not None:
        end = branch(outline, outline[behind].id).stop
        return _joined(outline, places, rest, end - len(places), depth)
    if direction == Direction.IN and before is not None and outline[before].kind != ItemKind.BREAK:
        return _joined(outline, places, rest, places.start, depth + 1)
    return list(outline)


def removed(outline: Outline, item_id: int) -> list[Line]:
    """Without an item; what stood below it moves one level up and stays."""
    places = branch(outline, item_id)
    return [
        replace(line, depth=line.depth - 1) if n in places else line
        for n, line in enumerate(outline)
        if n != places.start
    ]


def check_kind(outline: Outline, item_id: int, kind: ItemKind) -> None:
    """A break has nothing below it."""
    if kind == ItemKind.BREAK and len(branch(outline, item_id)) > 1:
        raise Invalid({"kind": Problem("break_has_items")})


def hidden_ids(outline: Outline) -> frozenset[int]:
    """Items that are hidden, by themselves or with one above them."""
    found: set[int] = set()
    under = DEEPEST + 1
    for line in outline:
        if line.depth <= under:
            under = line.depth if line.hidden else DEEPEST + 1
        if line.depth >= under:
            found.add(line.id)
    return frozenset(found)


@dataclass(frozen=True)
class Number:
    """The number of an item beside its title (``label``), and with those above it (``full``); empty for none."""

    label: str = ""
    full: str = ""


LETTERS = "abcdđeghiklmnopqrstuvxy"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def numbers(outline: Outline, numbering: Numbering) -> dict[int, Number]:
    """The number of each item. Breaks have none, nor have hidden items: what all see counts the same for all."""
    hidden = hidden_ids(outline)
    found: dict[int, Number] = {}
    counts: list[int] = []
    labels: list[str] = []
    for line in outline:
        if line.id in hidden or line.kind == ItemKind.BREAK:
            found[line.id] = Number()
            continue
        counts = [*counts, 0][: line.depth]
        counts[-1] += 1
        labels = [*labels[: line.depth - 1], _label(line.depth, counts[-1], numbering)]
        full = ".".join(labels)
        found[line.id] = Number(full if numbering == Numbering.DECIMAL else labels[-1], full)
    return found


def _label(depth: int, count: int, numbering: Numbering) -> str:
    if numbering == Numbering.DECIMAL or depth == 2:
        return str(count)
    if depth == 1:
        return _roman(count)
    return _letters(count) if depth == 3 else f"{count})"


def _roman(count: int) -> str:
    words = ""
    for value, letters in _ROMAN:
        words += letters * (count // value)
        count %= value
    return words


def _letters(count: int) -> str:
    """a, b, c, d, đ, … y, aa, ab: as Vietnamese papers count."""
    words = ""
    while count:
        count, place = divmod(count - 1, len(LETTERS))
        words = LETTERS[place] + words
    return words


def check_count(present: int, more: int) -> None:
    """An agenda has an end."""
    if present + more > MOST_ITEMS:
        raise Problem("too_many_items", limit=MOST_ITEMS)


def fitted(before: Line | None, wanted: Iterable[tuple[int, ItemKind]]) -> list[int]:
    """The depths of new items at the end of an agenda: as wanted, as far as a tree allows."""
    found = []
    last = before or Line(0, 0)
    for depth, kind in wanted:
        deepest = last.depth if last.kind == ItemKind.BREAK else min(last.depth + 1, DEEPEST)
        last = Line(0, max(1, min(depth, deepest)), kind)
        found.append(last.depth)
    return found
