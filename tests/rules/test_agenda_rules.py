"""The agenda as an outline: it stays a tree whatever is done to it; numbers, lines read from text, forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.meetings import agenda_rules as rules
from ecabinet.meetings.agenda_lines import kind_of, read_lines
from ecabinet.meetings.agenda_rules import Direction, ItemDraft, ItemKind, Line, Numbering

BREAK = ItemKind.BREAK


def outline(*depths: int) -> list[Line]:
    """Items 1, 2, 3, … at these depths."""
    return [Line(number, depth) for number, depth in enumerate(depths, 1)]


def shape(lines: list[Line]) -> list[tuple[int, int]]:
    return [(line.id, line.depth) for line in lines]


def parents(lines: list[Line]) -> dict[int, int | None]:
    """The tree by another model: each item's parent by walking down with a stack."""
    stack: list[Line] = []
    found: dict[int, int | None] = {}
    for line in lines:
        stack = [above for above in stack if above.depth < line.depth]
        found[line.id] = stack[-1].id if stack else None
        stack.append(line)
    return found


@pytest.mark.parametrize(
    ("depths", "sound"),
    [
        ((), True),
        ((1,), True),
        ((1, 2, 3, 4, 1), True),
        ((1, 2, 2, 1, 2), True),
        ((2,), False),
        ((1, 3), False),
        ((1, 2, 4), False),
        ((1, 2, 3, 4, 5), False),
        ((0,), False),
    ],
)
def test_what_is_a_tree(depths: tuple[int, ...], sound: bool) -> None:
    assert rules.is_tree(outline(*depths)) is sound


def test_no_tree_has_an_item_twice_or_something_under_a_break() -> None:
    assert not rules.is_tree([Line(1, 1), Line(1, 1)])
    assert not rules.is_tree([Line(1, 1, BREAK), Line(2, 2)])


@pytest.mark.parametrize(
    ("item", "after", "depth", "becomes"),
    [
        # of an item with two below it, the first of which has one more, and a last item
        (5, None, 1, [(5, 1), (1, 1), (2, 2), (3, 3), (4, 2)]),
        (2, 5, 1, [(1, 1), (4, 2), (5, 1), (2, 1), (3, 2)]),
        (2, 5, 2, [(1, 1), (4, 2), (5, 1), (2, 2), (3, 3)]),
        (5, 3, 2, [(1, 1), (2, 2), (3, 3), (5, 2), (4, 2)]),
        (5, 3, 4, [(1, 1), (2, 2), (3, 3), (5, 4), (4, 2)]),
        (4, 1, 2, [(1, 1), (4, 2), (2, 2), (3, 3), (5, 1)]),
    ],
)
def test_an_item_is_put_behind_another_with_all_below_it(
    item: int, after: int | None, depth: int, becomes: list[tuple[int, int]]
) -> None:
    assert shape(rules.put(outline(1, 2, 3, 2, 1), item, after, depth)) == becomes


@pytest.mark.parametrize(
    ("item", "after", "depth", "code"),
    [
        (9, None, 1, "order_mismatch"),  # gone
        (5, 9, 1, "order_mismatch"),  # its neighbour is gone
        (1, 3, 1, "order_mismatch"),  # behind something below itself
        (5, None, 2, "order_mismatch"),  # under nothing
        (5, 1, 1, "order_mismatch"),  # would take the items below 1 along
        (5, 4, 4, "order_mismatch"),  # two levels deeper than its neighbour
        (1, 5, 3, "order_mismatch"),
    ],
)
def test_a_move_that_no_longer_makes_sense_is_refused_by_name(
    item: int, after: int | None, depth: int, code: str
) -> None:
    with pytest.raises(Problem, match=code):
        rules.put(outline(1, 2, 3, 2, 1), item, after, depth)


def test_a_branch_too_high_for_the_place_is_refused_by_name() -> None:
    with pytest.raises(Problem, match="agenda_too_deep"):
        rules.put(outline(1, 2, 3, 1, 2), 4, 3, 4)
    with pytest.raises(Problem, match="agenda_too_deep"):
        rules.moved(outline(1, 1, 2, 3, 4), 2, Direction.IN)


@pytest.mark.parametrize(
    ("depths", "item", "direction", "becomes"),
    [
        ((1, 1, 1), 3, Direction.UP, [(1, 1), (3, 1), (2, 1)]),
        ((1, 2, 1, 2), 3, Direction.UP, [(3, 1), (4, 2), (1, 1), (2, 2)]),
        ((1, 2, 1, 2), 1, Direction.DOWN, [(3, 1), (4, 2), (1, 1), (2, 2)]),
        ((1, 1, 2), 2, Direction.IN, [(1, 1), (2, 2), (3, 3)]),
        ((1, 2, 3, 2), 2, Direction.OUT, [(1, 1), (4, 2), (2, 1), (3, 2)]),
        # at the edge it stays
        ((1, 1), 1, Direction.UP, [(1, 1), (2, 1)]),
        ((1, 1), 2, Direction.DOWN, [(1, 1), (2, 1)]),
        ((1, 2), 2, Direction.UP, [(1, 1), (2, 2)]),
        ((1, 1), 1, Direction.IN, [(1, 1), (2, 1)]),
        ((1, 1), 2, Direction.OUT, [(1, 1), (2, 1)]),
    ],
)
def test_one_step(depths: tuple[int, ...], item: int, direction: Direction, becomes: list[tuple[int, int]]) -> None:
    assert shape(rules.moved(outline(*depths), item, direction)) == becomes


def test_nothing_goes_under_a_break_and_nothing_with_items_below_becomes_one() -> None:
    lines = [Line(1, 1, BREAK), Line(2, 1), Line(3, 2)]
    assert rules.moved(lines, 2, Direction.IN) == lines
    with pytest.raises(Problem, match="order_mismatch"):
        rules.put(lines, 2, 1, 2)
    with pytest.raises(Invalid) as invalid:
        rules.check_kind(lines, 2, BREAK)
    assert invalid.value.faults["kind"].code == "break_has_items"
    rules.check_kind(lines, 3, BREAK)


def test_what_stood_below_a_removed_item_moves_up() -> None:
    assert shape(rules.removed(outline(1, 2, 3, 2, 1), 2)) == [(1, 1), (3, 2), (4, 2), (5, 1)]
    assert shape(rules.removed(outline(1, 2, 1), 1)) == [(2, 1), (3, 1)]


Act = tuple[str, int, int, int]
acts = st.lists(
    st.tuples(
        st.sampled_from(["add", "break", "put", "up", "down", "in", "out", "remove"]),
        st.integers(0, 30),
        st.integers(-1, 30),
        st.integers(0, 6),
    ),
    max_size=60,
)


def done(lines: list[Line], act: Act, fresh: int) -> list[Line]:
    """One change as the operations make it; a refusal leaves everything as it was."""
    name, one, other, depth = act
    if name in ("add", "break"):
        kind = BREAK if name == "break" else ItemKind.REPORT
        return [*lines, Line(fresh, rules.fitted(lines[-1] if lines else None, [(depth, kind)])[0], kind)]
    if not lines:
        return lines
    item = lines[one % len(lines)].id
    try:
        if name == "put":
            return rules.put(lines, item, None if other < 0 else lines[other % len(lines)].id, depth)
        if name == "remove":
            return rules.removed(lines, item)
        return rules.moved(lines, item, Direction(name))
    except Problem:
        return lines


@given(acts)
def test_any_sequence_of_changes_keeps_a_tree_and_every_item(sequence: list[Act]) -> None:
    lines: list[Line] = []
    for fresh, act in enumerate(sequence, 1):
        before, lines = lines, done(lines, act, fresh)
        assert rules.is_tree(lines)
        ids, known = {line.id for line in lines}, {line.id for line in before}
        assert len(ids) == len(lines)
        if act[0] in ("add", "break"):
            assert ids == known | {fresh}
        elif act[0] == "remove":
            assert len(known - ids) == min(1, len(known))
        else:
            assert ids == known
        if act[0] not in ("add", "break", "remove"):
            moving = [n for n in ids if parents(before)[n] != parents(lines)[n]]
            assert len(moving) <= 1  # a move changes one item's parent at most, whatever goes along


@given(acts, st.integers(0, 30), st.integers(-1, 30), st.integers(1, 4))
def test_what_the_page_may_offer_is_what_the_server_takes(
    sequence: list[Act], one: int, other: int, depth: int
) -> None:
    """A depth between that of the next item and one below the item before is taken, no other is."""
    lines: list[Line] = []
    for fresh, act in enumerate(sequence, 1):
        lines = done(lines, act, fresh)
    if not lines:
        return
    item = lines[one % len(lines)].id
    inside = rules.branch(lines, item)
    rest = [line for n, line in enumerate(lines) if n not in inside]
    after = None if other < 0 or not rest else rest[other % len(rest)].id
    place = 0 if after is None else [line.id for line in rest].index(after) + 1
    before = rest[place - 1] if place else None
    high = 1 if before is None else before.depth + (before.kind != BREAK)
    low = rest[place].depth if place < len(rest) else 1
    height = max(lines[n].depth for n in inside) - lines[inside.start].depth
    try:
        taken = rules.put(lines, item, after, depth)
    except Problem:
        assert not low <= depth <= min(high, 4 - height)
    else:
        assert low <= depth <= min(high, 4 - height)
        assert rules.is_tree(taken)


@pytest.mark.parametrize(
    ("numbering", "labels", "full"),
    [
        (Numbering.DECIMAL, ["1", "1.1", "1.1.1", "1.2", "2", "2.1"], ["1", "1.1", "1.1.1", "1.2", "2", "2.1"]),
        (Numbering.OUTLINE, ["I", "1", "a", "2", "II", "1"], ["I", "I.1", "I.1.a", "I.2", "II", "II.1"]),
    ],
)
def test_numbers(numbering: Numbering, labels: list[str], full: list[str]) -> None:
    found = rules.numbers(outline(1, 2, 3, 2, 1, 2), numbering)
    assert [found[n].label for n in range(1, 7)] == labels
    assert [found[n].full for n in range(1, 7)] == full


def test_letters_count_as_vietnamese_papers_do() -> None:
    lines = [Line(0, 1), Line(1, 2), *(Line(n, 3) for n in range(2, 27))]
    found = rules.numbers(lines, Numbering.OUTLINE)
    said = "".join(found[n].label for n in range(2, 25))
    assert said == "abcdđeghiklmnopqrstuvxy"
    assert (found[25].label, found[26].label) == ("aa", "ab")


def test_roman_numbers() -> None:
    found = rules.numbers(outline(*[1] * 39), Numbering.OUTLINE)
    assert [found[n].label for n in (1, 4, 9, 14, 19, 39)] == ["I", "IV", "IX", "XIV", "XIX", "XXXIX"]


def test_breaks_and_hidden_items_have_no_number_and_leave_no_gap() -> None:
    lines = [Line(1, 1), Line(2, 1, hidden=True), Line(3, 2), Line(4, 1, BREAK), Line(5, 1)]
    found = rules.numbers(lines, Numbering.DECIMAL)
    assert {n: number.label for n, number in found.items()} == {1: "1", 2: "", 3: "", 4: "", 5: "2"}
    assert rules.hidden_ids(lines) == {2, 3}


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=30))
def test_an_item_is_hidden_exactly_with_itself_or_one_above_it(written: list[tuple[int, bool]]) -> None:
    depths = rules.fitted(None, [(depth, ItemKind.REPORT) for depth, _hidden in written])
    lines = [Line(n, depth, hidden=hidden) for n, (depth, (_d, hidden)) in enumerate(zip(depths, written, strict=True))]
    above = parents(lines)
    by_id = {line.id: line for line in lines}

    def hidden(item: int | None) -> bool:
        return item is not None and (by_id[item].hidden or hidden(above[item]))

    assert rules.hidden_ids(lines) == {line.id for line in lines if hidden(line.id)}


@given(
    st.lists(st.tuples(st.integers(-3, 9), st.sampled_from([ItemKind.REPORT, BREAK])), max_size=20),
    st.sampled_from([None, Line(100, 1), Line(100, 1, BREAK)]),
)
def test_depths_are_taken_as_far_as_a_tree_allows(wanted: list[tuple[int, ItemKind]], before: Line | None) -> None:
    found = rules.fitted(before, wanted)
    new = [Line(n, depth, kind) for n, (depth, (_asked, kind)) in enumerate(zip(found, wanted, strict=True))]
    assert rules.is_tree([before, *new] if before else new)
    assert all(depth <= max(asked, 1) for depth, (asked, _kind) in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Khai mạc", [(1, "Khai mạc", 0, ())]),
        ("1. Khai mạc (10 phút)\n2. Báo cáo - 30'\n", [(1, "Khai mạc", 10, ()), (1, "Báo cáo", 30, ())]),
        ("I. Mở đầu\nIV) Nội dung\nKết luận", [
            (1, "Mở đầu", 0, ()), (1, "Nội dung", 0, ()), (1, "Kết luận", 0, ())]),
        ("1. Báo cáo\n1.1. Tổ chức\n1.2 Kiểm tra\n1.2.1 Đơn thư", [
            (1, "Báo cáo", 0, ()), (2, "Tổ chức", 0, ()), (2, "Kiểm tra", 0, ()), (3, "Đơn thư", 0, ())]),
        ("Báo cáo\n\tTổ chức\n    Kiểm tra\n        Đơn thư", [
            (1, "Báo cáo", 0, ()), (2, "Tổ chức", 0, ()), (2, "Kiểm tra", 0, ()), (3, "Đơn thư", 0, ())]),
        ("Báo cáo\n- Tổ chức\n+ Xã\n- Kiểm tra", [
            (1, "Báo cáo", 0, ()), (2, "Tổ chức", 0, ()), (3, "Xã", 0, ()), (2, "Kiểm tra", 0, ())]),
        ("1\tBáo cáo quý IV\tVăn phòng\t30 phút", [(1, "Báo cáo quý IV", 30, ("Văn phòng",))]),
        ("Báo cáo | Ông A | Bà B | 45", [(1, "Báo cáo", 45, ("Ông A", "Bà B"))]),
        ("5 năm thực hiện Nghị quyết 04", [(1, "5 năm thực hiện Nghị quyết 04", 0, ())]),
        ("Kế hoạch năm 2027", [(1, "Kế hoạch năm 2027", 0, ())]),
        ("\n \n\t\n", []),
        ("1.\n-\n----\n", []),
    ],
    ids=lambda value: value[:12].replace("\n", "/") if isinstance(value, str) else "",
)  # fmt: skip
def test_lines_as_offices_write_them(text: str, read: list[tuple[int, str, int, tuple[str, ...]]]) -> None:
    found = read_lines(text)
    assert [(one.depth, one.draft.title, one.draft.minutes, one.draft.presenters) for one in found] == read


@given(st.text(max_size=400))
def test_whatever_is_pasted_is_read_or_refused_by_name(text: str) -> None:
    for one in read_lines(text):
        assert one.draft.title
        assert one.depth >= 1


def test_a_flood_of_lines_is_refused_by_name() -> None:
    with pytest.raises(Problem, match="too_many_items"):
        read_lines("x\n" * 100_000)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Giải lao", ItemKind.BREAK),
        ("GIẢI LAO giữa giờ", ItemKind.BREAK),
        ("Biểu quyết thông qua Nghị quyết", ItemKind.VOTE),
        ("Bầu cử bổ sung Ban Chấp hành", ItemKind.ELECTION),
        ("Thảo luận tại hội trường", ItemKind.DISCUSSION),
        ("Báo cáo kết quả bầu cử", ItemKind.REPORT),
    ],
)
def test_a_title_suggests_its_kind(title: str, kind: ItemKind) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        (ItemDraft(""), "title", "missing"),
        (ItemDraft("x" * 301), "title", "too_long"),
        (ItemDraft("x", None), "minutes", "not_in_range"),
        (ItemDraft("x", -1), "minutes", "not_in_range"),
        (ItemDraft("x", 24 * 60 + 1), "minutes", "not_in_range"),
        (ItemDraft("x", presenters=("n" * 101,)), "presenter", "too_long"),
        (ItemDraft("x", presenters=("n",) * 11), "presenter", "too_many_presenters"),
        (ItemDraft("x", description="x" * 4001), "description", "too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_of_an_item_is_named_by_its_field(draft: ItemDraft, field: str, code: str) -> None:
    with pytest.raises(Invalid) as invalid:
        rules.check_item(draft)
    assert {name: fault.code for name, fault in invalid.value.faults.items()} == {field: code}


def test_an_agenda_has_an_end() -> None:
    rules.check_count(499, 1)
    with pytest.raises(Problem, match="too_many_items"):
        rules.check_count(500, 1)
