"""Where the annotations of a version belong in the next one. Pure.

Highlights and underlines go with their words; what lies somewhere on the page goes with the words under it, or the
nearest ones, by as much as these have moved. What cannot be found again without doubt has no place.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from documents.annotation_finding import Found, Paper, Passage, Sheet, Word, find
from documents.annotation_marks import ON_WORDS, Box, Mark, Numbers, around
from documents.text import WORD, exact, fold

ANCHOR = 4
"""Words before and after the one nearest to a mark that hold it."""
STILL = 1.0
"""Points by which words moved alike may differ."""
ALIKE = 0.7
"""Pages without places of words are the same where this part of their words is …"""
CLEARLY = 0.1
"""… and no other page is nearly so alike."""
SAME_SIZE = 0.02

Point = tuple[float, float]


def place(mark: Mark, old: Paper, new: Paper) -> Mark | None:
    """The annotation as it stands in the new paper; None where it has no place there.

    One that had no place in the old paper either is looked for by the text that it quotes.
    """
    if not mark.placed:
        return _by_quote(mark, new) if mark.kind in ON_WORDS else None
    if mark.page not in old.sheets:
        return None
    if not old.of_page(mark.page):
        return _by_page(mark, old, new)
    return _on_words(mark, old, new) if mark.kind in ON_WORDS else _beside_words(mark, old, new)


# ------------------------------------------------------------------ marked words


def _on_words(mark: Mark, old: Paper, new: Paper) -> Mark | None:
    covered = [place for place in old.of_page(mark.page) if _covers(mark.quads, old.words[place].box)]
    if not covered:
        return _beside_words(mark, old, new)
    found = find(old, new, Passage(covered[0], covered[-1] + 1))
    if found is None:
        return None
    # Two columns or a table: what is read between the marked words was not marked.
    marked = set(covered)
    kept = [pair for pair in found.pairs if pair[0] in marked]
    if len(kept) == found.end - found.first == len(covered) and (moved := _moved_alike(kept, old, new)) is not None:
        return _shifted(mark, new.words[kept[0][1]].page, moved)
    return _laid_over(mark, found, {there for _, there in found.pairs} - {there for _, there in kept}, new)


def _covers(quads: Iterable[Numbers], box: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(
        left <= x <= right and low <= y <= high for left, low, right, high in ((around([quad])) for quad in quads)
    )


def _moved_alike(pairs: Sequence[tuple[int, int]], old: Paper, new: Paper) -> Point | None:
    """By how much all words have moved, if it was by the same and onto one page."""
    moves = [_move(old.words[here].box, new.words[there].box) for here, there in pairs]
    if len({new.words[there].page for _, there in pairs}) > 1:
        return None
    across, up = moves[0]
    return moves[0] if all(abs(x - across) <= STILL and abs(y - up) <= STILL for x, y in moves) else None


def _move(one: Box, other: Box) -> Point:
    return other[0] - one[0], other[1] - one[1]


def _laid_over(mark: Mark, found: Found, unmarked: set[int], new: Paper) -> Mark:
    """The mark over the words as they stand now: a box for each line, on the page that has the most of them."""
    places = [place for place in range(found.first, found.end) if place not in unmarked]
    page = Counter(new.words[place].page for place in places).most_common(1)[0][0]
    words = [new.words[place] for place in places if new.words[place].page == page]
    sheet = new.sheets[page]
    turn = _direction(sheet.words)
    quads = tuple(_quad(line, turn) for line in _lines(words, turn))
    quote = " ".join(sheet.text[words[0].start : words[-1].end].split())
    return replace(mark, page=page, quads=quads, rect=around(quads), quote=quote or mark.quote, placed=True)


def _direction(words: Sequence[Word]) -> int:
    """By how many degrees the page must be turned clockwise to be read, as the steps from word to word tell: a page may
    lie on its side whatever it says of itself.
    """
    steps: Counter[int] = Counter()
    for (x0, y0, x1, y1), (u0, v0, u1, v1) in pairwise(word.box for word in words):
        across, up = u0 + u1 - x0 - x1, v0 + v1 - y0 - y1
        steps[(0 if across >= 0 else 180) if abs(across) >= abs(up) else (90 if up > 0 else 270)] += 1
    return steps.most_common(1)[0][0] if steps else 0


def _lines(words: Sequence[Word], turn: int) -> Iterator[Box]:
    """Boxes as the words are read: of words that follow each other on one height."""
    line: Box | None = None
    for word in words:
        box = _shown(word.box, turn)
        if line is not None and _one_line(line, box):
            line = (min(line[0], box[0]), min(line[1], box[1]), max(line[2], box[2]), max(line[3], box[3]))
        else:
            if line is not None:
                yield line
            line = box
    if line is not None:
        yield line


def _one_line(line: Box, box: Box) -> bool:
    shared = min(line[3], box[3]) - max(line[1], box[1])
    return shared > 0.5 * min(line[3] - line[1], box[3] - box[1]) and box[2] > line[0]


def _quad(shown: Box, turn: int) -> Numbers:
    left, low, right, high = shown
    corners = ((left, high), (right, high), (left, low), (right, low))
    return tuple(value for corner in corners for value in _turned(corner, -turn))


def _shown(box: Box, turn: int) -> Box:
    """On the page turned clockwise."""
    one, other = _turned(box[:2], turn), _turned(box[2:], turn)
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def _turned(point: Sequence[float], turn: int) -> Point:
    x, y = point
    match turn % 360:
        case 90:
            return y, -x
        case 180:
            return -x, -y
        case 270:
            return -y, x
        case _:
            return x, y


# ------------------------------------------------------------------ what lies somewhere on the page


def _beside_words(mark: Mark, old: Paper, new: Paper) -> Mark | None:
    """The words under it hold it, else the nearest."""
    middle = ((mark.rect[0] + mark.rect[2]) / 2, (mark.rect[1] + mark.rect[3]) / 2)
    on_page = old.of_page(mark.page)
    under = [place for place in on_page if _far(old.words[place].box, mark.rect) == 0]
    if under:
        nearest = min(under, key=lambda place: _distance(old.words[place].box, middle))
    else:
        nearest = min(on_page, key=lambda place: _far(old.words[place].box, mark.rect))
    passage = Passage(max(nearest - ANCHOR, on_page.start), min(nearest + ANCHOR + 1, on_page.stop))
    found = find(old, new, passage)
    if found is None:
        return None
    here, there = min(found.pairs, key=lambda pair: (abs(pair[0] - nearest), pair[0]))
    word, page = old.words[here], new.words[there].page
    moved = _move(word.box, new.words[there].box)
    if not under:
        moved = _along_column(moved, old.sheets[mark.page], new.sheets[page])
    return _shifted(mark, page, _within(mark, moved, new.sheets[page].box))


def _far(box: Box, other: Box) -> float:
    """From edge to edge; 0 where they touch."""
    across = max(box[0] - other[2], other[0] - box[2], 0.0)
    up = max(box[1] - other[3], other[1] - box[3], 0.0)
    return math.hypot(across, up)


def _distance(box: Box, point: Point) -> float:
    return _far(box, (*point, *point))


def _along_column(moved: Point, old: Sheet, new: Sheet) -> Point:
    """What stands in the margin stays in it: its words may have gone on in their line, but not the column."""
    turn = _direction(new.words)
    if _direction(old.words) != turn:
        return moved
    left, was_left = (min(_shown(word.box, turn)[0] for word in sheet.words) for sheet in (new, old))
    return _turned((left - was_left, _turned(moved, turn)[1]), -turn)


def _within(mark: Mark, moved: Point, box: Box) -> Point:
    """So that nothing of it leaves the page; what was off it before stays as far off."""
    x0, y0, x1, y1 = mark.rect
    across = max(min(moved[0], box[2] - x1), box[0] - x0) if x1 - x0 <= box[2] - box[0] else moved[0]
    up = max(min(moved[1], box[3] - y1), box[1] - y0) if y1 - y0 <= box[3] - box[1] else moved[1]
    return across, up


def _shifted(mark: Mark, page: int, by: Point) -> Mark:
    across, up = by
    x0, y0, x1, y1 = mark.rect
    return replace(
        mark,
        page=page,
        rect=(x0 + across, y0 + up, x1 + across, y1 + up),
        paths=tuple(_moved(path, (across, up, 0.0)) for path in mark.paths),
        quads=tuple(_moved(quad, by) for quad in mark.quads),
    )


def _moved(values: Numbers, by: Sequence[float]) -> Numbers:
    return tuple(value + by[place % len(by)] for place, value in enumerate(values))


# ------------------------------------------------------------------ without places of words


def _by_quote(mark: Mark, new: Paper) -> Mark | None:
    """Where the quoted words stand, if they stand in one place only."""
    forms = folded(mark.quote)
    quoted = Paper([Sheet(0, (0, 0, 0, 0), words=[Word(form, 0, (0, 0, 0, 0)) for form in forms])])
    found = find(quoted, new, Passage(0, len(forms))) if len(forms) > ANCHOR else None
    return _laid_over(mark, found, set(), new) if found is not None else None


def folded(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return WORD.findall(fold(exact(text)))


def _by_page(mark: Mark, old: Paper, new: Paper) -> Mark | None:
    """On the same picture, as its recognised words tell: at the same place."""
    sheet = old.sheets[mark.page]
    alike = sorted(
        ((_alike(sheet, other), other.number) for other in new.sheets.values() if _same_size(sheet, other)),
        reverse=True,
    )
    if not alike or alike[0][0] < ALIKE or (len(alike) > 1 and alike[0][0] - alike[1][0] < CLEARLY):
        return None
    return replace(mark, page=alike[0][1])


def _alike(one: Sheet, other: Sheet) -> float:
    """Which part of the words of two recognised pages they share."""
    shared = Counter(one.texts) & Counter(other.texts)
    return 2 * shared.total() / (len(one.texts) + len(other.texts)) if one.texts and other.texts else 0.0


def _same_size(one: Sheet, other: Sheet) -> bool:
    sizes = [(box[2] - box[0], box[3] - box[1]) for box in (one.box, other.box)]
    return all(abs(a - b) <= SAME_SIZE * max(a, b) for a, b in zip(*sizes, strict=True)) and one.turn == other.turn
