"""Other spellings: what somebody may have meant whose question finds nothing."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import product
from operator import itemgetter

from documents import text
from documents.search_query import Understood

Forms = Callable[[str], Mapping[str, int]]
"""For a folded word: its written forms in what the reader may see, and in how many entries each is."""

_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
_LONGEST = 12
_TRIED_WORDS = 2
_TRIED_FORMS = 2


def better(understood: Understood, forms: Forms) -> Iterator[str]:
    """Questions with other words in the place of those that are nowhere, the likeliest first."""
    words = {word for term in understood.terms() if not term.prefix for word in term.words}
    unknown = sorted(word for word in words if len(word) <= _LONGEST and not forms(text.fold(word)))[:_TRIED_WORDS]
    choices = [nlargest(_TRIED_FORMS, _alike(word, forms), key=lambda choice: choice[0]) for word in unknown]
    for chosen in product(*choices) if unknown else ():
        question = understood.text
        for word, (_, other) in zip(unknown, chosen, strict=True):
            question = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", other, question)
        if question != understood.text:
            yield question


def _alike(word: str, forms: Forms) -> Iterator[tuple[tuple[float, int], str]]:
    """Words one slip away that somebody may see, and how likely each is: how alike, then how frequent."""
    folded = text.fold(word)
    for other in sorted(slips(folded)):
        for form, count in forms(other).items():
            yield (_likeness(word, form), count), form
    for cut in range(2, len(folded) - 1):
        left, right = forms(folded[:cut]), forms(folded[cut:])
        if left and right:
            (first, often), (second, as_often) = (max(found.items(), key=itemgetter(1)) for found in (left, right))
            yield (_likeness(word, first + second), min(often, as_often)), f"{first} {second}"


def _likeness(word: str, other: str) -> float:
    return round(SequenceMatcher(None, word, other, autojunk=False).ratio(), 1)


def slips(folded: str) -> set[str]:
    """What becomes of a word by one letter too few, too many, another one, or two changed about."""
    parts = [(folded[:place], folded[place:]) for place in range(len(folded) + 1)]
    found = {left + right[1:] for left, right in parts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1}
    letters = _DIGITS if folded.isdigit() else _LETTERS
    found |= {left + letter + right[1:] for left, right in parts if right for letter in letters}
    found |= {left + letter + right for left, right in parts for letter in letters}
    return found - {folded, ""}
