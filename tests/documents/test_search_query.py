"""The language of questions, as a table; and that any text at all is understood as something."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.search_days import days
from documents.search_query import All, Any, Between, Not, Note, Term, Tolerated, Within, parse, plain


def word(written, *, prefix=False):
    return Term((written,), prefix)


A, B, C = word("a"), word("b"), word("c")
NUMBER = Within(("number:15", "number:qd", "number:ubnd"))
MARCH = Between(date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("question", "node", "shown"),
    [
        ("Hoà  BÌNH", All((word("hòa"), word("bình"))), "hòa bình"),
        ('"Hoà bình"', Term(("hòa", "bình")), '"hòa bình"'),
        ("“hoà bình”", Term(("hòa", "bình")), '"hòa bình"'),
        ("nghi*", word("nghi", prefix=True), "nghi*"),
        ("a -b", All((A, Not(B))), "a -b"),
        ("a NOT b", All((A, Not(B))), "a -b"),
        ("-a", Not(A), "-a"),
        ("--a", Not(A), "-a"),
        ("NOT NOT -a", Not(A), "-a"),
        ("(-a)", Not(A), "-a"),
        ("-Nghị", Not(Term(("nghị",), exact=True)), "-nghị"),
        (
            '-"nghị quyết" -(đ OR e*)',
            All(
                (
                    Not(Term(("nghị", "quyết"), exact=True)),
                    Not(Any((Term(("đ",), exact=True), word("e", prefix=True)))),
                )
            ),
            '-"nghị quyết" -(đ OR e*)',
        ),
        ("-(a b) c", All((Not(All((A, B))), C)), "-(a b) c"),
        ("a OR b", Any((A, B)), "a OR b"),
        ("a hoặc b", Any((A, B)), "a OR b"),
        ("a HOAC b", Any((A, B)), "a OR b"),
        ("a || b", Any((A, B)), "a OR b"),
        ("a or b", All((A, word("or"), B)), "a or b"),
        ("a AND b & c", All((A, B, C)), "a b c"),
        ("a b OR c", Any((All((A, B)), C)), "a b OR c"),
        ("a (b OR c)", All((A, Any((B, C)))), "a (b OR c)"),
        ("((a)) a", A, "a"),
        ("và/hoặc", All((word("và"), word("hoặc"))), "và/hoặc"),
        ("15/QĐ-UBND", Any((Term(("15", "qđ", "ubnd")), NUMBER)), "15/QĐ-UBND"),
        ("số:15/QĐ-UBND", NUMBER, "số:15/QĐ-UBND"),
        ("SO: 015/qd-ubnd", NUMBER, "so:015/qd-ubnd"),
        ("number:15.QĐ.UBND", NUMBER, "number:15.QĐ.UBND"),
        ("loại:NQ", Within(("type:nq",)), "loại:NQ"),
        ("type:nq,qđ", Any((Within(("type:nq",)), Within(("type:qd",)))), "type:nq,qđ"),
        ('donvi:"Tỉnh đoàn Huế"', Within(("unit:tinh", "unit:doan", "unit:hue")), 'donvi:"Tỉnh đoàn Huế"'),
        ('Đơn vị: "Huế"', Within(("unit:hue",)), 'đơn vị:"Huế"'),
        ("đơn-vị:Huế", Within(("unit:hue",)), "đơn-vị:Huế"),
        ("coquan:TW", Within(("issuer:tw",)), "coquan:TW"),
        ("signer:An", Within(("signer:an",)), "signer:An"),
        ("phien:7", Within(("meeting:7",)), "phien:7"),
        ("mật:mật", Within(("secrecy:mat",)), "mật:mật"),
        ("kho:luật", Within(("kind:luat",)), "kho:luật"),
        ("-loai:NQ", Not(Within(("type:nq",))), "-loai:NQ"),
        ("năm:2026", Between(date(2026, 1, 1), date(2026, 12, 31)), "năm:2026"),
        ("date:2026-03", MARCH, "date:2026-03"),
        ("ngay:01/03/2026..31/03/2026", MARCH, "ngay:01/03/2026..31/03/2026"),
        ("đại hội đại hội", All((word("đại"), word("hội"))), "đại hội"),
    ],
)
def test_what_questions_mean(question, node, shown):
    understood = parse(question)
    assert (understood.node, understood.text, understood.notes) == (node, shown, ())
    assert parse(understood.text).node == node


@pytest.mark.parametrize(
    ("question", "words", "what", "where"),
    [
        ("khoản:5", "khoản 5", Tolerated.UNKNOWN_FIELD, "khoản"),
        ("loai:", "loai", Tolerated.EMPTY_FIELD, "loai:"),
        ("loai:- a", "loai a", Tolerated.EMPTY_FIELD, "loai:-"),
        ("ngay:mai a", "mai a", Tolerated.BAD_DATE, "ngay:mai"),
        ("ngay:31/02/2026", "31/02/2026", Tolerated.BAD_DATE, "ngay:31/02/2026"),
        ('a "b c', "a b c", Tolerated.OPEN_QUOTE, '"b c'),
        ('a"', "a", Tolerated.OPEN_QUOTE, '"'),
        ("(a b", "a b", Tolerated.OPEN_PARENTHESIS, "("),
        ("a) b", "a b", Tolerated.OPEN_PARENTHESIS, ")"),
        ("a - b", "a b", Tolerated.LONE_SIGN, "-"),
        ("-", "", Tolerated.LONE_SIGN, "-"),
        ("a " * 1000, "a", Tolerated.TOO_LONG, ""),
        (" ".join(f"w{number}" for number in range(40)), " ".join(f"w{n}" for n in range(32)), Tolerated.TOO_LONG, ""),
    ],
)
def test_mistakes_are_taken_as_words_and_noted(question, words, what, where):
    understood = parse(question)
    assert understood.notes == (Note(what, where),)
    assert understood.node == parse(words).node


@pytest.mark.parametrize(
    "question", ["", "  ", '"', '""', "-", "()", "((", "OR", "a".replace("a", "!?"), "\ud800", "*", ":", "| |"]
)
def test_nothing_asked(question):
    assert parse(question).node is None
    assert parse(question).terms() == []


SIGNS = st.lists(st.sampled_from([*'ab "“”()-:|*&/.,đ\x00\n', "OR ", "NOT ", "hoặc ", "số:", "ngày:", "2026", ".."]))


@given(st.one_of(st.text(), SIGNS.map("".join)))
def test_any_text_is_understood_and_so_is_what_is_shown_of_it(question):
    understood = parse(question)
    assert all(term.words and all(term.words) for term in understood.terms())
    assert (understood.node is None) == (understood.text == "")
    assert parse(understood.text).terms() == understood.terms()


@pytest.mark.parametrize(
    "question", ["(" * 1000, "-" * 1000, "-(" * 500, '"' * 999, "NOT " * 250, "a OR " * 200, "a." * 500]
)
def test_the_worst_is_understood_too(question):
    assert len(parse(question).terms()) <= 32


def test_plain_questions_have_no_signs():
    assert plain('Loại:"hòa" -bình OR').node == Any((word("loại"), word("hòa"), word("bình"), word("or")))
    assert plain("?").node is None


def test_what_is_excluded_is_not_looked_for():
    assert parse("a -b (c OR a)").terms() == [A, C]
    assert Term(("hòa", "an")).marked == ("hòa",)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2/2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("5.2.2024", date(2024, 2, 5), date(2024, 2, 5)),
        ("2024/02/05", date(2024, 2, 5), date(2024, 2, 5)),
        ("2024..", date(2024, 1, 1), None),
        ("..2/2024", None, date(2024, 2, 29)),
        ("2024…2025", date(2024, 1, 1), date(2025, 12, 31)),
        ("2025..2024", date(2024, 1, 1), date(2025, 12, 31)),
    ],
)
def test_days(written, first, last):
    assert days(written) == (first, last)


@pytest.mark.parametrize(
    "written", ["", "..", "...", "1..2..3", "2024-13", "0000", "30/2/2024", "nay", "12", "1/2/24", "２０２４-x"]
)
def test_no_days(written):
    assert days(written) is None
