"""How the words typed into a register's search are meant. Pure."""

import re
from dataclasses import dataclass

from documents.text import WORD_CHARACTERS, clean, exact, fold

MOST_WORDS = 20
"""Nobody types more; what follows is not looked for."""
_TYPED = re.compile(r"(\w+)(\*?)")


@dataclass(frozen=True)
class Term:
    """A word that an entry has to have; or, of one not typed to its end, how some word of it has to begin."""

    word: str
    begins: bool = False


def terms(typed: str) -> list[Term]:
    """What was typed, in any order: whole words, but the last may be going on still, as any before an asterisk."""
    found = [(fold(word)[:WORD_CHARACTERS], bool(star)) for word, star in _TYPED.findall(exact(clean(typed)))]
    found = found[:MOST_WORDS]
    last = len(found) - 1
    return list(dict.fromkeys(Term(word, star or place == last) for place, (word, star) in enumerate(found)))
