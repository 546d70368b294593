"""Names in the order in which they are read out."""

from itertools import pairwise

import pytest

from ecabinet.registry.name_order import order_key


@pytest.mark.parametrize(
    "names",
    [
        ("Lê Văn An", "Nguyễn An", "Nguyễn Văn An"),  # one given name: by family name, then by those between
        ("Lê An", "Lê Àn", "Lê Ản", "Lê Ãn", "Lê Án", "Lê Ạn"),  # the tones in their order
        ("Lê An", "Lê Ăn", "Lê Ân", "Lê Bình"),  # letters of their own, after all tones of the one before
        ("Bùi Dũng", "Bùi Duy", "Bùi Đạt", "Bùi Em"),
        ("Trần Hạ", "Trần Hàn"),  # a short word before a longer one, whatever the tones
        ("Lê Oanh", "Lê Ôn", "Lê Ơn", "Lê Uy", "Lê Ưng"),
        ("Đỗ Hoà", "Đỗ Hoàng"),
        ("Jean", "Lê Văn Long", "Zoë"),
        ("", "An"),
    ],
    ids=lambda names: "-".join(names),
)
def test_read_out(names: tuple[str, ...]) -> None:
    assert all(order_key(first) < order_key(second) for first, second in pairwise(names))


def test_both_spellings_of_a_tone_and_both_forms_of_unicode_are_one() -> None:
    assert order_key("Đỗ Hoà") == order_key("ĐỖ HÒA") == order_key("Đỗ Hòa")
    assert len(order_key("Ư" * 100)) <= 200
    assert order_key("李 Ω").isascii()
