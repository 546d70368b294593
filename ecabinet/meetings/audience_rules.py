"""Items for named participants only (thành phần hạn chế), from plain values: who sees what."""

from collections.abc import Mapping

from ecabinet.meetings.agenda_rules import Outline

Circle = frozenset[int]
"""The limited items that somebody sees: those who have the same ones look at the same page."""


def audiences(
    outline: Outline, chosen: Mapping[int, frozenset[int]], always: frozenset[int]
) -> dict[int, frozenset[int]]:
    """By item that is not for all: the participants whom it is for.

    ``chosen`` has the limited items with those named for each. What stands below one is for nobody else either; named
    at both, one sees both. ``always`` are those who run the meeting.
    """
    found: dict[int, frozenset[int]] = {}
    above: list[tuple[int, frozenset[int]]] = []
    for line in outline:
        while above and above[-1][0] >= line.depth:
            above.pop()
        people = chosen.get(line.id)
        if above:
            people = above[-1][1] if people is None else people & above[-1][1]
        if people is not None:
            above.append((line.depth, people))
            found[line.id] = people | always
    return found


def circle_of(found: Mapping[int, frozenset[int]], participant_id: int | None) -> Circle:
    """The limited items that a participant sees."""
    return frozenset(item for item, people in found.items() if participant_id in people)


def circles(found: Mapping[int, frozenset[int]]) -> frozenset[Circle]:
    """Every circle there can be: of those who see nothing of it, of those who see all, and of each who is named."""
    people = frozenset[int]().union(*found.values())
    return frozenset({frozenset[int](), frozenset(found), *(circle_of(found, one) for one in people)})
