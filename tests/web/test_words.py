"""Every code that can be raised has a sentence, every state a label; English is complete."""

import ast
from importlib import import_module

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from ecabinet.labels import LABELS
from ecabinet.meetings.rules import MeetingState, ParticipantRole, Rsvp
from ecabinet.meetings.speaker_rules import OrderRule, RequestState, SpeechKind
from ecabinet.messages import SENTENCES
from ecabinet.voting.rules import Base, OptionKey, PollState
from tests.stack.processes import ROOT

PROBLEMS = {"Problem"}


def raised_codes() -> set[str]:
    """The first argument of each ``Problem("…")`` and each ``super().__init__("…")`` of its subclasses."""
    codes = set()
    for path in [*ROOT.glob("ecabinet/**/*.py"), *ROOT.glob("documents/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in PROBLEMS
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    codes.add(str(first.value))
    return codes


def test_every_code_has_its_sentence() -> None:
    codes = raised_codes()
    assert len(codes) > 30  # the search itself works
    assert codes - SENTENCES.keys() == set()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("meeting", MeetingState),
        ("role", ParticipantRole),
        ("rsvp", Rsvp),
        ("poll", PollState),
        ("base", Base),
        ("option", OptionKey),
        ("speech_kind", SpeechKind),
        ("floor_request", RequestState),
        ("order_rule", OrderRule),
    ],
)
def test_every_state_has_its_label(kind: str, values: type) -> None:
    assert {str(value) for value in values} == set(LABELS[kind])  # type: ignore[var-annotated]


def used_messages() -> set[str]:
    """What the sources ask the catalogue for."""
    methods = [("ecabinet/**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    found = extract_from_dir(ROOT, methods, keywords=keywords)
    return {message if isinstance(message, str) else message[0] for _file, _line, message, _comments, _context in found}


def english() -> Catalog:
    with (ROOT / "ecabinet/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file)


def test_no_word_is_said_by_two() -> None:
    """The lists of the features are laid together: one of two of the same name would be lost."""
    for ending in ("_LABELS", "_SENTENCES"):
        said: dict[str, str] = {}
        for module in sorted(ROOT.glob("ecabinet/*.py")):
            named = vars(import_module(f"ecabinet.{module.stem}")) if module.stem != "__main__" else {}
            for name, words in named.items():
                if name.endswith(ending) and isinstance(words, dict):
                    twice = {word: said[word] for word in words if said.get(word, name) != name}
                    assert twice == {}, name
                    said |= dict.fromkeys(words, name)


def test_english_is_complete_and_holds_nothing_else() -> None:
    translated = {message.id for message in english() if message.id and message.string and not message.fuzzy}
    used = used_messages()
    assert len(used) > 200
    assert used - translated == set()
    assert translated - used == set()


def test_a_translation_keeps_the_values_of_its_sentence() -> None:
    faults = [(message.id, str(error)) for message in english() if message.id for error in message.check()]
    assert faults == []
