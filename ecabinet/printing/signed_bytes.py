"""Which bytes of a PDF a signature covers, and whether what it leaves out holds nothing but itself."""

from typing import Any


def range_of(signature: Any) -> tuple[int, ...]:
    """Start and length of the two stretches of bytes that a signature of pyHanko's reader covers."""
    return tuple(int(number) for number in signature.byte_range)


def nothing_unsigned(pdf: bytes, covered: tuple[int, ...]) -> bool:
    """Whether the bytes that the signature does not cover hold nothing but itself, written in one way only.

    Readers skip what they need not understand: blanks and capitals among its hexadecimal digits, and whatever stands
    in the room left over behind it.
    """
    first, length, second, _rest = covered
    gap = pdf[first + length : second]
    held = bytes.fromhex(gap[1:-1].decode("ascii"))
    written = gap in (f"<{held.hex()}>".encode(), f"<{held.hex().upper()}>".encode())
    return first == 0 and written and not held[_der_length(held) :].strip(b"\0")


def _der_length(data: bytes) -> int:
    """How many of the bytes are the one ASN.1 value with which they begin."""
    if data[1] < 0x80:
        return 2 + data[1]
    width = data[1] & 0x7F
    return 2 + width + int.from_bytes(data[2 : 2 + width])
