"""Annotations in the next version of a real law: inserted, removed, moved and reworded articles."""

import functools
import random
from dataclasses import replace

import pytest

from documents.annotation_finding import Paper, Sheet
from documents.annotation_marks import Box, Mark
from documents.annotation_placing import folded, place
from documents.annotation_rules import Kind
from tests.documents import placing
from tests.documents.placing import beside, ink_on, marked, over, paper_of, pdf_of, places_of

NEW_ARTICLE = (
    "Điều 1a. Giải thích từ ngữ\n\nTrong Luật này, các từ ngữ dưới đây được hiểu như sau:\n\n"
    + "\n\n".join(f"{n}. Thuật ngữ thứ {n} là khái niệm mới được bổ sung theo ý kiến đại biểu." for n in range(1, 9))
    + "\n\n"
)
TWICE = "Doanh nghiệp được thành lập theo quy định của pháp luật Việt Nam"
LONG_WORDING = "thu nhập từ lãi tiền gửi, cho vay vốn, bán ngoại tệ"
SHORT_WORDING = "thu nhập từ lãi tiền gửi và bán ngoại tệ"
A4: Box = (0.0, 0.0, 595.3, 841.9)


@pytest.fixture(scope="module")
def law():
    return placing.text_of_law()


@pytest.fixture(scope="module")
def old(law, tmp_path_factory):
    return paper_of(pdf_of(law), tmp_path_factory.mktemp("old"))


@pytest.fixture(scope="module")
def newer(tmp_path_factory):
    """The paper of another text; each is made once."""
    folder = tmp_path_factory.mktemp("new")
    return functools.cache(lambda text: paper_of(pdf_of(text), folder))


def article(law: str, number: int) -> str:
    """From its heading to the next."""
    start = law.index(f"Điều {number}. ")
    return law[start : law.index(f"Điều {number + 1}. ")]


def inserted(law: str) -> str:
    """In front of nearly everything: most lines move to other pages."""
    return law.replace("Điều 2. ", NEW_ARTICLE + "Điều 2. ", 1)


def removed(law: str) -> str:
    return law.replace(article(law, 4), "")


def moved(law: str) -> str:
    """An article goes to the end of the next chapter but one."""
    return law.replace(article(law, 4), "").replace("Điều 16. ", article(law, 4) + "Điều 16. ", 1)


def renumbered(law: str) -> str:
    for number in range(20, 4, -1):
        law = law.replace(f"Điều {number}. ", f"Điều {number + 1}. ", 1)
    return law


def reworded(law: str) -> str:
    return law.replace(
        "thu nhập từ lãi tiền gửi, cho vay vốn, bán ngoại tệ", "thu nhập từ lãi tiền gửi và bán ngoại tệ"
    )


def without_the_second(law: str) -> str:
    first = law.index(TWICE)
    return law[: first + 1] + law[first + 1 :].replace(f"a) {TWICE}", "a) Tổ chức khác", 1)


TABLE = [
    ("inserted", inserted, "phương pháp tính thuế và ưu đãi thuế thu nhập doanh nghiệp", 0, ...),
    ("inserted_later", inserted, "Luật này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2009", 0, ...),
    ("inserted_repeated", inserted, TWICE, 1, ...),
    ("removed", removed, "Thu nhập từ việc thực hiện dịch vụ kỹ thuật trực tiếp phục vụ nông nghiệp", 0, None),
    ("removed_elsewhere", removed, "Điều 5. Kỳ tính thuế", 0, ...),
    ("moved", moved, "Thu nhập từ việc thực hiện dịch vụ kỹ thuật trực tiếp phục vụ nông nghiệp", 0, ...),
    ("renumbered", renumbered, "Điều 5. Kỳ tính thuế", 0, "Điều 6. Kỳ tính thuế"),
    ("reworded", reworded, LONG_WORDING, 0, SHORT_WORDING),
    ("reworded_beside", reworded, "hoàn nhập các khoản dự phòng", 0, ...),
    ("one_of_two_gone", without_the_second, TWICE, 1, None),
    ("other_of_two_gone", without_the_second, TWICE, 0, ...),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "text", "nth", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_marked_words_are_found_again(law, old, newer, edit, text, nth, expected):
    new = newer(edit(law))
    found = place(over(old, places_of(old, text, nth)), old, new)
    if expected is None:
        assert found is None
    else:
        assert marked(new, found) == " ".join(folded(text if expected is ... else expected))


def test_of_the_same_words_twice_each_stays_itself(law, old, newer):
    new = newer(inserted(law))
    for nth in (0, 1):
        found = place(over(old, places_of(old, TWICE, nth)), old, new)
        there = new.words[places_of(new, TWICE, nth)[0]]
        assert (found.page, found.quads[0][0]) == (there.page, pytest.approx(there.box[0]))


def test_what_moved_as_a_whole_keeps_its_form_and_what_did_not_gets_a_new_one(law, old, newer):
    mark = over(old, places_of(old, "hoàn nhập các khoản dự phòng"))
    loose = replace(mark, quads=tuple((*quad[:1], quad[1] + 0.4, *quad[2:]) for quad in mark.quads))
    assert len(place(loose, old, newer(inserted(law))).quads) == len(loose.quads)
    found = place(over(old, places_of(old, LONG_WORDING)), old, newer(reworded(law)))
    assert found.quote == SHORT_WORDING
    assert len(found.quads) <= 2


def some_marks(old: Paper) -> list[Mark]:
    """Of every length, everywhere."""
    chance = random.Random(6)
    marks = []
    for length in (1, 2, 3, 5, 8, 13, 30) * 12:
        start = chance.randrange(len(old.words) - length)
        if old.words[start].page == old.words[start + length - 1].page:
            marks.append(over(old, range(start, start + length)))
    return marks


def test_in_the_same_paper_everything_keeps_its_place(law, old, newer):
    new = newer(law)
    for mark in some_marks(old):
        found = place(mark, old, new)
        assert found is not None, mark.quote
        assert (found.page, found.rect) == (mark.page, pytest.approx(mark.rect, abs=0.01)), mark.quote
        assert found.quads == tuple(pytest.approx(quad, abs=0.01) for quad in mark.quads)


@pytest.mark.parametrize("edit", [inserted, moved, renumbered, reworded])
def test_what_is_placed_is_never_placed_wrongly_and_nearly_all_is_placed(law, old, newer, edit):
    new = newer(edit(law))
    marks = some_marks(old)
    found = [(mark, place(mark, old, new)) for mark in marks]
    right = [mark for mark, there in found if there is not None and _same_words(mark, marked(new, there))]
    wrong = [(mark.quote, marked(new, there)) for mark, there in found if there is not None and mark not in right]
    assert wrong == []
    assert len(right) >= 0.95 * len(marks)


def _same_words(mark: Mark, there: str) -> bool:
    """All but some of them: of a mark across the end of a page the larger part is on one."""
    had, has = mark.quote.split(), there.split()
    return len(set(has) & set(had)) >= 0.5 * len(set(had)) and len(has) <= 1.5 * len(had) + 1


@pytest.mark.parametrize("sign", [beside, ink_on])
def test_signs_move_with_the_words_beside_or_under_them(law, old, newer, sign):
    text = "Kỳ tính thuế thu nhập doanh nghiệp được xác định theo năm dương lịch"
    mark, new = sign(old, text), newer(inserted(law))
    found = place(mark, old, new)
    before, after = (paper.words[places_of(paper, text)[0]] for paper in (old, new))
    assert found.page == after.page
    assert before.box[1] != pytest.approx(after.box[1], abs=10)
    assert found.rect[1] - after.box[1] == pytest.approx(mark.rect[1] - before.box[1], abs=0.1)
    assert found.rect[0] == pytest.approx(mark.rect[0], abs=0.1)
    assert len(found.paths) == len(mark.paths)
    assert all(new[2] == old[2] for new, old in zip(found.paths, mark.paths, strict=True))


def test_a_sign_beside_a_removed_article_has_no_place(law, old, newer):
    text = "Thu nhập từ việc thực hiện dịch vụ kỹ thuật trực tiếp phục vụ nông nghiệp"
    assert place(beside(old, text), old, newer(removed(law))) is None


def test_a_sign_never_leaves_the_page(law, old, newer):
    text = "Kỳ tính thuế thu nhập doanh nghiệp được xác định theo năm dương lịch"
    mark = beside(old, text)
    high = replace(mark, rect=(*mark.rect[:2], mark.rect[2], mark.rect[1] + 500))
    x0, y0, x1, y1 = place(high, old, newer(inserted(law))).rect
    assert min(x0, y0) >= 0
    assert (x1 <= A4[2], y1 <= A4[3]) == (True, True)
    assert y1 - y0 == pytest.approx(500)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_pages_and_pages_cut_off_the_origin(law, turn, tmp_path):
    crop = (20.0, 30.0, 580.0, 820.0)
    before = paper_of(placing.turned(pdf_of(law), turn, crop), tmp_path)
    after = paper_of(placing.turned(pdf_of(reworded(inserted(law))), turn, crop), tmp_path)
    assert before.sheets[0].box == crop
    found = place(over(before, places_of(before, LONG_WORDING)), before, after)
    assert marked(after, found) == " ".join(folded(SHORT_WORDING))
    assert len(found.quads) <= 2


def test_what_had_no_place_is_looked_for_by_what_it_quotes(law, old, newer):
    text = "Thu nhập từ việc thực hiện dịch vụ kỹ thuật trực tiếp phục vụ nông nghiệp"
    lost = replace(over(old, places_of(old, text)), placed=False)
    found = place(lost, newer(removed(law)), newer(law))
    assert found.placed
    assert marked(old, found) == " ".join(folded(text))
    assert place(replace(lost, kind=Kind.NOTE), newer(removed(law)), newer(law)) is None


def scan(*pages: str) -> Paper:
    """Pictures of pages, recognised."""
    return Paper(Sheet(n, A4, texts=folded(text)) for n, text in enumerate(pages))


@pytest.mark.parametrize(
    ("after", "page"),
    [
        (("bìa mới", "một hai ba bốn năm sáu bảy tám", "trang khác hẳn"), 1),
        (("một hai ba bốn năm sáu bảy tấm",), 0),
        (("một hai ba bốn năm sáu bảy tám",) * 2, None),
        (("không còn gì giống trang cũ",), None),
        ((), None),
    ],
    ids=["moved", "read_a_little_otherwise", "twice", "gone", "empty"],
)
def test_on_scans_a_sign_stays_on_its_picture(after, page):
    mark = Mark(id=placing.ID, kind=Kind.INK, page=0, rect=(10, 10, 20, 20), paths=((10, 10, 0.5, 20, 20, 0.5),))
    found = place(mark, scan("một hai ba bốn năm sáu bảy tám"), scan(*after))
    assert (found.page if found is not None else None) == page
    assert found is None or found.rect == mark.rect
