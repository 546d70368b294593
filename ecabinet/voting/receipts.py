"""Receipts: short codes that can be read out, without letters that look alike."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = 12
SPACE = len(ALPHABET) ** LETTERS
"""How many receipts there are: 59 bits."""


def fresh_receipt() -> str:
    """A receipt by chance. One draw for all letters: each draw asks the kernel, and a room votes at once."""
    return _spelled(secrets.randbelow(SPACE))


def receipt_from(digest: bytes) -> str:
    """The receipt that follows from a hash."""
    return _spelled(int.from_bytes(digest[:16], "big") % SPACE)


def _spelled(number: int) -> str:
    code = ""
    for _ in range(LETTERS):
        number, letter = divmod(number, len(ALPHABET))
        code += ALPHABET[letter]
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"
