"""Whether the tags of a template can be filled in: each that cannot is named with its place. Pure.

A template has the tags of docxtpl, ``{{ FIELD }}`` and ``{%p for … %}``, and of these only what papers need.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ecabinet.drafting.paper_rules import FIELDS, PARTS

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
HALF = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
MOVED = re.compile(r"^(p|r|tr|tc)\s+")
"""docxtpl: the tag takes the place of its whole paragraph, run, row or cell."""
OPENS, CLOSES, BETWEEN = {"for", "if"}, {"endfor": "for", "endif": "if"}, {"elif", "else"}
LOOP = "loop"
SHOWN = 120
MOST = 20
_ENVIRONMENT = ImmutableSandboxedEnvironment()


@dataclass(frozen=True)
class TemplateFault:
    """A tag that cannot be filled in; ``place`` counts paragraphs from 1, ``text`` is what stands there."""

    tag: str
    place: int
    text: str


def faults_of(texts: Sequence[str]) -> list[TemplateFault]:
    """All faults of a template whose paragraphs say this; some of many."""
    names = FIELDS | {LOOP, *_loop_names(texts)}
    faults: list[TemplateFault] = []
    opened: list[tuple[str, int, str]] = []
    for place, text in enumerate(texts, 1):
        halves = HALF.findall(TAG.sub(" ", text))
        wrong = [halves[0]] if halves else []
        wrong += [tag for tag in TAG.findall(text) if not (_sound(tag, names) and _balanced(tag, place, opened))]
        faults += [TemplateFault(tag[:SHOWN], place, text[:SHOWN]) for tag in wrong]
    faults += [TemplateFault(tag[:SHOWN], place, texts[place - 1][:SHOWN]) for _word, place, tag in opened]
    return faults[:MOST]


def _inside(tag: str) -> str:
    return MOVED.sub("", tag[2:-2].strip().strip("-").strip())


def _loop_names(texts: Sequence[str]) -> Iterable[str]:
    for text in texts:
        for tag in TAG.findall(text):
            if found := re.match(r"for\s+(\w+)\s+in\s", _inside(tag)):
                yield found[1]


def _sound(tag: str, names: frozenset[str] | set[str]) -> bool:
    """Whether it is a tag of ours and names nothing unknown."""
    inside = _inside(tag)
    if tag.startswith("{#"):
        return True
    word = inside.split(maxsplit=1)[0] if inside else ""
    if tag.startswith("{{"):
        source = f"{{{{ {inside} }}}}"
    elif word in OPENS:
        source = f"{{% {inside} %}}{{% end{word} %}}"
    elif word == "elif":
        source = f"{{% if {inside.removeprefix('elif')} %}}{{% endif %}}"
    else:
        return inside in {*CLOSES, "else"}
    try:
        parsed = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError:
        return False
    if tag.startswith("{{") and not inside:
        return False
    unknown = meta.find_undeclared_variables(parsed) - names
    calls = any(True for _ in parsed.find_all((nodes.Call, nodes.Getitem)))
    attributes = {node.attr for node in parsed.find_all(nodes.Getattr) if not _of_loop(node)}
    return not unknown and not calls and attributes <= PARTS


def _of_loop(node: nodes.Getattr) -> bool:
    return isinstance(node.node, nodes.Name) and node.node.name == LOOP


def _balanced(tag: str, place: int, opened: list[tuple[str, int, str]]) -> bool:
    """Whether what ends has begun; ``opened`` is kept up to date."""
    if not tag.startswith("{%"):
        return True
    word = (_inside(tag).split(maxsplit=1) or [""])[0]
    if word in OPENS:
        opened.append((word, place, tag))
        return True
    if word in CLOSES:
        return bool(opened) and opened.pop()[0] == CLOSES[word]
    return bool(opened)
