"""Text as people typed it, made fit for paper: no character in it may break the file that holds it."""

import unicodedata

from ecabinet.printing.sheets import Run, Text

UNPRINTABLE = frozenset({"Cc", "Cf", "Cs"})
"""Control and format characters (those that turn the direction of writing among them) and halves of pairs."""
NONCHARACTERS = {"\ufffe", "\uffff"}
"""XML has no way to hold them."""
BREAKS = str.maketrans({"\t": " ", "\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})


def clean(text: str) -> str:
    """The text with composed letters, plain line breaks and nothing that cannot be printed."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").translate(BREAKS))
    return "".join(
        letter
        for letter in text
        if letter == "\n" or (unicodedata.category(letter) not in UNPRINTABLE and letter not in NONCHARACTERS)
    )


def line(text: str) -> str:
    """The cleaned text in one line."""
    return " ".join(clean(text).split())


def capitals(text: str) -> str:
    """The cleaned text in one line of capital letters."""
    return line(text).upper()


def runs(text: Text) -> tuple[Run, ...]:
    """The words of a text with their styles, cleaned."""
    if isinstance(text, str):
        return (Run(clean(text)),)
    return tuple(Run(clean(run.text), run.bold, run.italic, run.underline) for run in text)


def after(prefix: Run, text: Text) -> tuple[Run, ...]:
    """The text with some words before it."""
    return (prefix, *((Run(text),) if isinstance(text, str) else text))
