"""The order in which Vietnamese names are read out. Plain values only."""

import string
import unicodedata
from functools import lru_cache

from documents.text import exact, fold

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_ORDER = dict(zip(_LETTERS, string.ascii_letters[26:] + string.ascii_letters[:26], strict=False))
_TONE_ORDER = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


@lru_cache(maxsize=65536)
def _word_order(word: str) -> str:
    """The word as letters that sort by bytes, closed by the digit of its tone: a short word comes before a longer one,
    whatever the tones.
    """
    letters, tone = [], 0
    for letter in exact(word):
        plain, *marks = list(unicodedata.normalize("NFD", letter))
        tone = next((_TONE_ORDER[mark] for mark in marks if mark in _TONE_ORDER), tone)
        kept = unicodedata.normalize("NFC", plain + "".join(mark for mark in marks if mark not in _TONE_ORDER))
        letters.append(_LETTER_ORDER.get(kept) or _LETTER_ORDER.get(fold(kept), "~"))
    return f"{''.join(letters)}{tone}"


def order_key(full_name: str) -> str:
    """What names are sorted by, as bytes: the given name, the family name, those between; by the Vietnamese alphabet
    (a ă â … d đ …), and among equal letters by tone, word by word.
    """
    *others, given = full_name.split() or [""]
    return "".join([_word_order(word) for word in (given, *others)])
