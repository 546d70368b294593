"""The language of questions: one parser for all engines. Any text whatsoever is understood as something."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from documents import text

MAX_TERMS = 32
MAX_QUESTION = 1000


class Field(StrEnum):
    """What may stand before the colon; a date or a year becomes :class:`Between`."""

    TYPE = "type"
    NUMBER = "number"
    ISSUER = "issuer"
    SIGNER = "signer"
    UNIT = "unit"
    MEETING = "meeting"
    SECRECY = "secrecy"
    KIND = "kind"


@dataclass(frozen=True)
class Term:
    """A word, or a phrase when there are several; in exact form. ``prefix``: the last one is a beginning only."""

    words: tuple[str, ...]
    prefix: bool = False

    @property
    def folded(self) -> tuple[str, ...]:
        return tuple(text.fold(word) for word in self.words)

    @property
    def marked(self) -> tuple[str, ...]:
        """The words written with marks: only these can stand more exactly than folded."""
        return tuple(word for word in self.words if text.fold(word) != word)


@dataclass(frozen=True)
class Within:
    """All of these words ("type:nq", as in :meth:`documents.search.Entry.field_words`) belong to the entry."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Between:
    """Issued on one of these days, both included; None: open."""

    since: date | None
    until: date | None


@dataclass(frozen=True)
class Not:
    node: "Node"


@dataclass(frozen=True)
class All:
    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Any:
    nodes: tuple["Node", ...]


Node = Term | Within | Between | Not | All | Any


class Tolerated(StrEnum):
    """What was wrong with a question; the rest of it was understood."""

    UNKNOWN_FIELD = "unknown_field"
    EMPTY_FIELD = "empty_field"
    BAD_DATE = "bad_date"
    OPEN_QUOTE = "open_quote"
    OPEN_PARENTHESIS = "open_parenthesis"
    LONE_SIGN = "lone_sign"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Note:
    """``text`` is the place in the question, as written."""

    what: Tolerated
    text: str


@dataclass(frozen=True)
class Understood:
    """A question as it was understood. ``text`` is for people, in the same language; ``node`` None: nothing asked."""

    node: Node | None = None
    text: str = ""
    notes: tuple[Note, ...] = ()

    def terms(self) -> list[Term]:
        """The words and phrases that are looked for, without those that are excluded; each once."""
        return list(dict.fromkeys(_wanted(self.node))) if self.node else []


def _wanted(node: Node) -> list[Term]:
    if isinstance(node, Term):
        return [node]
    if isinstance(node, All | Any):
        return [term for each in node.nodes for term in _wanted(each)]
    return []


_PARTS = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]|([^"“”„«»]+)')


def parse(question: str) -> Understood:
    """What a question means."""
    terms: dict[Term, None] = {}
    for found in _PARTS.finditer(question[:MAX_QUESTION]):
        if found[1] is not None:
            phrase = tuple(text.words(found[1]))
            if phrase:
                terms[Term(phrase)] = None
        else:
            terms |= {Term((word,)): None for word in text.words(found[2])}
    nodes = tuple(terms)[:MAX_TERMS]
    return Understood(All(nodes) if nodes else None, question)


def plain(question: str) -> Understood:
    """Its words, of which any may be found; signs and fields have no meaning."""
    words = dict.fromkeys(text.words(question[:MAX_QUESTION]))
    nodes = tuple(Term((word,)) for word in words)
    return Understood(Any(nodes) if nodes else None, question)
