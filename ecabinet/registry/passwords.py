"""What makes a password good enough: its length, and that it is not one of those that are tried first.

No rules about digits, capitals or yearly changes: they make passwords that are hard to keep and easy to guess (NIST SP
800-63B). The passwords that are tried first come as a Bloom filter, made by tools/make_breached_filter.py: small, and
nobody reads a list of passwords out of it. It never misses one of its list, and takes another for one of it once in
many thousands.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from documents.errors import Problem

LEAST, MOST = 10, 200
LEAST_DIFFERENT = 4
FILTER = Path(__file__).with_name("common_passwords.bloom")
MAGIC = b"ECBLOOM1"
BITS_PER_WORD = 24
HASHES = 16


class WordFilter:
    """A set that only answers whether a word may be in it. ``data`` is the magic followed by the bits."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(MAGIC) or len(data) == len(MAGIC):
            raise ValueError("not a filter of ours")
        self._bits = data[len(MAGIC) :]

    @classmethod
    def built(cls, words: Collection[str]) -> bytes:
        """The bytes of a filter that holds these words."""
        bits = bytearray(max(1, len(words) * BITS_PER_WORD // 8))
        for word in words:
            for place in _places(word, len(bits) * 8):
                bits[place // 8] |= 1 << place % 8
        return MAGIC + bytes(bits)

    def __contains__(self, word: str) -> bool:
        return all(self._bits[place // 8] & 1 << place % 8 for place in _places(word, len(self._bits) * 8))


def _places(word: str, size: int) -> Iterator[int]:
    digest = hashlib.blake2b(word.encode(), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1
    return ((first + n * step) % size for n in range(HASHES))


def normal(password: str) -> str:
    """The same password from every keyboard: Vietnamese letters may arrive in one piece or with loose marks."""
    return unicodedata.normalize("NFKC", password)


def listed_form(password: str) -> str:
    """How a password is looked up in the filter: letter case does not make it another."""
    return normal(password).casefold().strip()


@cache
def common_passwords() -> WordFilter:
    """The filter that is shipped."""
    return WordFilter(FILTER.read_bytes())


def check_password(password: str, login: str) -> None:
    """Raise :class:`Problem` that says what is wrong with a new password."""
    form = listed_form(password)
    if len(normal(password)) < LEAST:
        raise Problem("password_too_short", field="password", least=LEAST)
    if len(password) > MOST:
        raise Problem("too_long", field="password", limit=MOST)
    if form == login.casefold():
        raise Problem("password_is_login", field="password")
    if len(set(form)) < LEAST_DIFFERENT or form in common_passwords():
        raise Problem("password_common", field="password")


def new_password_faults(password: str, again: str, login: str) -> dict[str, Problem]:
    """What is wrong with a new password that was typed twice."""
    try:
        check_password(password, login)
    except Problem as problem:
        return {"password": problem}
    return {} if again == password else {"again": Problem("not_the_same")}
