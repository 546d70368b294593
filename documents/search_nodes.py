"""What a question means, as the engines take it: a tree of conditions."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

from documents import text


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
    """A word, or a phrase when there are several; in exact form. ``prefix``: the last one is a beginning only.
    ``exact``: only where they stand with just these marks.
    """

    words: tuple[str, ...]
    prefix: bool = False
    exact: bool = False

    @property
    def sought(self) -> tuple[str, ...]:
        """The words in the form in which they must be there."""
        return self.words if self.exact else self.folded

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

    def any_word(self) -> "Understood | None":
        """The same where any of the words is enough; None where it is not words alone: a phrase and a field mean what
        they say.
        """
        words = self.node.nodes if isinstance(self.node, All) else ()
        if not words or '"' in self.text or not all(isinstance(each, Term) and len(each.words) == 1 for each in words):
            return None
        return replace(self, node=Any(words))

    def neighbours(self) -> list[tuple[str, str]]:
        """The words that stand side by side in what is looked for, in exact form; each pair once."""
        words = [word for term in (_wanted(self.node) if self.node else []) for word in term.words]
        return list(dict.fromkeys(pairwise(words)))


def _wanted(node: Node) -> list[Term]:
    if isinstance(node, Term):
        return [node]
    if isinstance(node, All | Any):
        return [term for each in node.nodes for term in _wanted(each)]
    return []
