"""The language of questions: one parser for all engines. Any text whatsoever is understood as something.

    question = sequence { "OR" sequence }          OR, |, hoặc; weaker than standing side by side
    sequence = { ["-" | "NOT"] item }              all of them
    item     = "(" question ")" | "phrase" | field ":" value | word | beginning*

What is excluded with marks is excluded just so: -nghị leaves nghỉ. Otherwise upper case and marks make no difference,
but for OR, AND and NOT, which are words when written small.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from documents import text
from documents.search_days import days
from documents.search_nodes import All, Any, Between, Field, Node, Not, Note, Term, Tolerated, Understood, Within

__all__ = [
    "All",
    "Any",
    "Between",
    "Field",
    "Node",
    "Not",
    "Note",
    "Term",
    "Tolerated",
    "Understood",
    "Within",
    "parse",
    "plain",
]

MAX_TERMS = 32
MAX_QUESTION = 1000
MAX_DEPTH = 8

_NAMES = {
    "loai": Field.TYPE,
    "type": Field.TYPE,
    "so": Field.NUMBER,
    "number": Field.NUMBER,
    "coquan": Field.ISSUER,
    "issuer": Field.ISSUER,
    "nguoiky": Field.SIGNER,
    "signer": Field.SIGNER,
    "donvi": Field.UNIT,
    "unit": Field.UNIT,
    "phien": Field.MEETING,
    "meeting": Field.MEETING,
    "mat": Field.SECRECY,
    "secrecy": Field.SECRECY,
    "kho": Field.KIND,
    "kind": Field.KIND,
}
_DATE_NAMES = frozenset({"ngay", "date", "nam", "year"})

_QUOTES = '"“”„«»'
_SPACED = ("don[ _-]vi", "co[ _-]quan", "nguoi[ _-]ky")
# A space may follow only where what comes then is hardly the next word of a sentence: "số: 15", "đơn vị: "Huế"".
_FIELD = re.compile(rf"({'|'.join([*_NAMES, *sorted(_DATE_NAMES), *_SPACED])}):(?:\s+(?=[\d{_QUOTES}]))?")
_UNKNOWN_FIELD = re.compile(r"([^\W\d_]\w*):(?=\w)")
_OR = re.compile(r"(?:OR|HO[AẶ]C|ho[aặ]c|\|\|?)(?![^\s()])")
_AND = re.compile(r"(?:AND|&&?)(?![^\s()])")
_NOT = re.compile(rf"(?:-|NOT\s+)+(?=[\w({_QUOTES}])")
_PHRASE = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]")
_RUN = re.compile(rf"[^\s(){_QUOTES}]+")
_SPACE = re.compile(r"\s*")


def parse(question: str) -> Understood:
    """What a question means; what could not be meant so is taken as words, with a note. Never raises."""
    return _Reader(question).read()


def plain(question: str) -> Understood:
    """Its words, of which any may be found; signs and fields have no meaning."""
    words = text.words(question[:MAX_QUESTION])
    return Understood(Any(tuple(Term((word,)) for word in words)) if words else None, " ".join(words))


@dataclass(frozen=True)
class _Read:
    """A piece of a question: what it means, and how it is shown."""

    node: Node
    shown: str


class _Reader:
    """Goes through a question once, from left to right; ``place`` is where it stands."""

    def __init__(self, question: str) -> None:
        self.written = text.clean(question[:MAX_QUESTION])
        self.folded = text.fold(text.lower(self.written))
        self.place = self.terms = 0
        self.notes: dict[Note, None] = {}
        if len(question) > MAX_QUESTION:
            self.note(Tolerated.TOO_LONG, "")

    def read(self) -> Understood:
        read = self.question(0)
        return Understood(read.node if read else None, read.shown if read else "", tuple(self.notes))

    def note(self, what: Tolerated, where: str) -> None:
        self.notes[Note(what, where)] = None

    def question(self, depth: int) -> _Read | None:
        alternatives = [self.sequence(depth)]
        while self.take(_OR):
            alternatives.append(self.sequence(depth))
        found = [each for each in alternatives if each]
        node = _joined(Any, [each.node for each in found])
        return _Read(node, " OR ".join(each.shown for each in found)) if node else None

    def sequence(self, depth: int) -> _Read | None:
        items: list[_Read] = []
        while not self.at_end(depth):
            item = self.item(depth)
            if item and self.terms < MAX_TERMS:
                items.append(item)
                self.terms += 1
            elif item:
                self.note(Tolerated.TOO_LONG, "")
        node = _joined(All, [each.node for each in items])
        return _Read(node, " ".join(dict.fromkeys(each.shown for each in items))) if node else None

    def at_end(self, depth: int) -> bool:
        self.take(_SPACE)
        rest = self.written[self.place : self.place + 1]
        return not rest or (rest == ")" and depth > 0) or _OR.match(self.written, self.place) is not None

    def item(self, depth: int) -> _Read | None:
        """The next item; None when it means nothing, as a sign alone. Always goes on by one letter at least."""
        if self.take(_AND):
            return None
        if self.take(_NOT):
            item = self.item(depth)
            return _Read(Not(_just_so(item.node)), f"-{item.shown}") if item else None
        if self.written[self.place] in "()":
            return self.parentheses(depth)
        if self.written[self.place] in _QUOTES:
            return self.phrase()
        return self.field() or self.run()

    def parentheses(self, depth: int) -> _Read | None:
        opened, start = self.written[self.place] == "(", self.place
        self.place += 1
        if not opened or depth == MAX_DEPTH:
            self.note(Tolerated.OPEN_PARENTHESIS, self.written[start])
            return None
        inner = self.question(depth + 1)
        if self.written[self.place : self.place + 1] == ")":
            self.place += 1
        else:
            self.note(Tolerated.OPEN_PARENTHESIS, "(")
        if inner and isinstance(inner.node, All | Any):
            return _Read(inner.node, f"({inner.shown})")
        return inner

    def phrase(self) -> _Read | None:
        found = self.take(_PHRASE)
        if not found:
            self.note(Tolerated.OPEN_QUOTE, self.written[self.place :])
            self.place += 1
            return None
        words = tuple(text.words(found[1]))
        return _Read(Term(words), f'"{" ".join(words)}"') if words else None

    def field(self) -> _Read | None:
        start = self.place
        named = _FIELD.match(self.folded, start)
        if not named:
            unknown = _UNKNOWN_FIELD.match(self.written, start)
            if not unknown:
                return None
            self.note(Tolerated.UNKNOWN_FIELD, unknown[1])
            self.place = unknown.end()
            return _words(unknown[1])
        self.place = named.end()
        quoted = self.take(_PHRASE)
        value = quoted[1] if quoted else run[0] if (run := self.take(_RUN)) else ""
        name = re.sub(r"[ _-]", "", named[1])
        values = [value] if quoted else value.split(",")
        node = _between(value) if name in _DATE_NAMES else _within(_NAMES[name], values)
        if node:
            shown = text.lower(self.written[start : named.end()]).rstrip() + (f'"{value}"' if quoted else value)
            return _Read(node, shown)
        what = Tolerated.BAD_DATE if name in _DATE_NAMES and text.words(value) else Tolerated.EMPTY_FIELD
        self.note(what, self.written[start : self.place].strip())
        return _words(value) or _words(name)

    def run(self) -> _Read | None:
        found = self.take(_RUN)
        run = found[0] if found else ""
        if run == "-":
            self.note(Tolerated.LONE_SIGN, run)
        return _words(run)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.written, self.place)
        if found:
            self.place = found.end()
        return found


def _just_so(node: Node) -> Node:
    """What is written with marks in the form in which it is written."""
    if isinstance(node, Term):
        return replace(node, exact=bool(node.marked))
    if isinstance(node, All | Any):
        return replace(node, nodes=tuple(map(_just_so, node.nodes)))
    return node


def _joined(how: type[All | Any], nodes: Iterable[Node]) -> Node | None:
    flat = (inner for node in nodes for inner in (node.nodes if isinstance(node, how) else (node,)))
    once = tuple(dict.fromkeys(flat))
    return (how(once) if len(once) > 1 else once[0]) if once else None


def _words(run: str) -> _Read | None:
    """Signs side by side: a number or a date stands as it is written, or is the number of the entry; else any words."""
    words = tuple(text.words(run))[:MAX_TERMS]
    prefix = run.endswith("*") and len(run) > 1 and run[-2].isalnum()
    if not words:
        return None
    if len(words) > 1 and any(word.isdigit() for word in words):
        number = Within(tuple(text.field_words(Field.NUMBER, run)))
        return _Read(Any((Term(words, prefix), number)), run)
    if len(words) > 1:
        node = _joined(All, [*(Term((word,)) for word in words[:-1]), Term(words[-1:], prefix)])
        return _Read(node, run) if node else None
    shown = f'"{words[0]}"' if _OR.fullmatch(words[0]) else words[0]
    return _Read(Term(words, prefix), shown + "*" * prefix)


def _between(value: str) -> Node | None:
    span = days(value)
    return Between(*span) if span else None


def _within(field: Field, values: list[str]) -> Node | None:
    alternatives = [tuple(text.field_words(field, value)) for value in values]
    return _joined(Any, [Within(words) for words in alternatives if words])
