"""Whether a certificate names a member."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum


class Kind(StrEnum):
    """Where the key is."""

    FILE = "file"
    DEVICE = "device"
    SERVICE = "service"


class Belongs(StrEnum):
    """By what a certificate is a member's."""

    NATIONAL_ID = "national_id"
    EMAIL = "email"
    NAME = "name"
    CONFIRMED = "confirmed"
    """An administrator said so, with a reason."""


NATIONAL_ID = re.compile(r"(?<!\d)(\d{12}|\d{9})(?!\d)")


def belongs(
    subject: Mapping[str, str], emails: Sequence[str], name: str, email: str, is_own_id: Callable[[str], bool]
) -> Belongs | None:
    """By what a certificate is the member's; None: by nothing. ``subject``: its ``common_name``, ``user_id``,
    ``serial`` and ``email``; ``emails``: further addresses that it names; ``is_own_id``: whether a national number is
    the member's. One that names another number is another's, whatever the name.
    """
    numbers = [found for key in ("user_id", "serial") for found in NATIONAL_ID.findall(subject.get(key, ""))]
    if numbers:
        return Belongs.NATIONAL_ID if any(is_own_id(number) for number in numbers) else None
    named = {_folded(one) for one in (*emails, subject.get("email", "")) if one}
    if named and email and _folded(email) in named:
        return Belongs.EMAIL
    return Belongs.NAME if same_name(subject.get("common_name", ""), name) else None


def same_name(one: str, other: str) -> bool:
    """Whether two names are one. Those who give certificates out often leave all marks away; some do not mean all."""
    one, other = _folded(one), _folded(other)
    return bool(one) and (one == other or (one == _plain(one) and one == _plain(other)))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text).replace("đ", "d")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
