"""Minutes: their states against every sequence of acts, hands, the words made from facts, names in the dossier."""

import hashlib
import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.minutes import rules, texts
from ecabinet.minutes.rules import Hand, MinutesAct, MinutesState
from ecabinet.minutes.texts import Attendee, Facts, Item, Speech, TaskFact, Vote
from ecabinet.minutes.zips import Entry, Names, Written, safe_name, stream

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
TABLE = {
    MinutesState.DRAFTING: {MinutesAct.SEND: MinutesState.COMMENTING, MinutesAct.FINISH: MinutesState.FINAL},
    MinutesState.COMMENTING: {MinutesAct.FINISH: MinutesState.FINAL, MinutesAct.REOPEN: MinutesState.DRAFTING},
    MinutesState.FINAL: {MinutesAct.REOPEN: MinutesState.DRAFTING, MinutesAct.CONFIRM: MinutesState.FINAL},
    MinutesState.SIGNED: {MinutesAct.SEAL: MinutesState.LOCKED},
    MinutesState.LOCKED: {},
}


@pytest.mark.parametrize("state", list(MinutesState))
@pytest.mark.parametrize("act", list(MinutesAct))
def test_each_act_in_each_state(state: MinutesState, act: MinutesAct) -> None:
    if act in TABLE[state]:
        assert rules.after(act, state) == TABLE[state][act]
    else:
        with pytest.raises(Problem, match="wrong_state"):
            rules.after(act, state)


@given(st.lists(st.tuples(st.sampled_from(list(MinutesAct)), st.sampled_from([*Hand, None]))))
def test_minutes_are_signed_by_both_hands_or_not_at_all(acts: list[tuple[MinutesAct, Hand | None]]) -> None:
    state, hands = MinutesState.DRAFTING, frozenset[Hand]()
    for act, hand in acts:
        try:
            if act == MinutesAct.CONFIRM:
                rules.after(act, state)
                hands |= {rules.check_hand(hand, hands)}
            state = rules.after(act, state, hands)
        except Problem:
            continue
        if act == MinutesAct.REOPEN:
            hands = frozenset()
        assert (state in rules.OVER) <= (hands == frozenset(Hand))
        assert not (hands and state in rules.EDITABLE)


def test_only_two_people_confirm_and_each_once() -> None:
    with pytest.raises(Problem, match="forbidden"):
        rules.check_hand(None, frozenset())
    with pytest.raises(Problem, match="minutes_confirmed"):
        rules.check_hand(Hand.CHAIR, frozenset({Hand.CHAIR}))


def test_a_message_for_the_screen_needs_words() -> None:
    assert rules.check_screen("blank", "") == rules.ScreenMode.BLANK
    with pytest.raises(Problem, match="malformed"):
        rules.check_screen("lights", "")
    with pytest.raises(Invalid):
        rules.check_screen("message", "")


def person(name: str, **more: object) -> Attendee:
    return Attendee(**({"name": name, "title": "", "unit": "Huế", "voting": True, "guest": False} | more))  # type: ignore[arg-type]


VOTE = Vote("Thông qua", "Biểu quyết công khai", "Trên 1/2", 3, 4, 3, 3, 3, (("Đồng ý", 2, 66.667),), "Được thông qua.")
FACTS = Facts(
    "Hội nghị", "Ban Thường vụ", "Phòng A", AT, AT + timedelta(hours=2), ("Lê A",), ("Trần B",),
    (
        person("Lê A", came=AT - timedelta(minutes=5)),
        person("Vũ C", came=AT + timedelta(minutes=20), left=AT + timedelta(hours=1)),
        person("Hồ D", announced=True, reason="đi công tác"),
        person("Đỗ E"),
        person("Mai G", announced=True),
        person("Bùi H", voting=False, for_name="Mai G", came=AT),
        person("Khách K", voting=False, guest=True, came=AT),
        person("Trần B", voting=False, came=AT),
    ),
    (
        Item(1, "1", "Báo cáo", ("Lê A",), spans=((AT, AT + timedelta(minutes=30)),),
             speeches=(Speech("Vũ C", "Huế", "speech", "kinh phí", 130), Speech("Lê A", "", "order", "", 5)),
             votes=(VOTE,), conclusions=("Thống nhất.",),
             tasks=(TaskFact("Lập kế hoạch", "Thành đoàn Huế", ("Văn phòng",), date(2026, 12, 1)),)),
        Item(2, "", "Nhân sự", hidden=True, conclusions=("Điều động đồng chí X.",), spans=()),
        Item(3, "2", "Chưa bàn"),
        Item(4, "", "Giải lao", is_break=True, spans=((AT, AT),)),
    ),
    Item(0, "", "Khác"),
)  # fmt: skip


def made() -> dict[str, str]:
    return {section.key: section.text for section in texts.sections(FACTS)}


def test_the_order_of_the_minutes() -> None:
    keys = [section.key for section in texts.sections(FACTS)]
    assert keys == ["opening", "attendance", "item:1", "item:2", "conclusions", "tasks", "closing"]
    assert {texts.group_of(key) for key in keys} == set(texts.GROUPS)


def test_who_was_there() -> None:
    said = made()["attendance"]
    assert "Được triệu tập: 5 đồng chí." in said
    assert "Có mặt: 2 đồng chí; dự thay: 1 đồng chí." in said
    assert "Vắng mặt: 2 đồng chí." in said
    assert "- Hồ D, Huế: vắng có lý do (đi công tác)." in said
    assert "- Đỗ E, Huế: vắng không lý do." in said
    assert "Bùi H, Huế, dự thay đồng chí Mai G" in said
    assert "- Khách K, Huế." in said
    assert "- Vũ C, lúc 08 giờ 20." in said.split("Đến sau")[1]
    assert "- Vũ C, lúc 09 giờ 00." in said.split("Rời phiên họp")[1]
    assert "Mai G: vắng" not in said


def test_what_happened_under_an_item() -> None:
    said = made()["item:1"]
    assert "Thời gian: từ 08 giờ 00 đến 08 giờ 30." in said
    assert "Phát biểu, thảo luận (1 lượt):" in said
    assert "- Vũ C, Huế: kinh phí (2 phút)." in said
    assert "- Lê A nêu ý kiến về thủ tục" in said
    assert "có mặt 3/4; phát ra 3, thu về 3, hợp lệ 3" in said
    assert "- Đồng ý: 2 phiếu (66,67%)." in said
    assert "Được thông qua. Quy tắc: Trên 1/2." in said


def test_what_is_hidden_stands_in_its_own_section_alone() -> None:
    said = made()
    assert "Điều động đồng chí X." in said["item:2"]
    assert all("Điều động" not in text for key, text in said.items() if key != "item:2")
    assert said["conclusions"] == "Thống nhất."
    assert said["tasks"] == "- Lập kế hoạch. Chủ trì thực hiện: Thành đoàn Huế; phối hợp: Văn phòng. Hạn: 01/12/2026."
    assert "10 giờ 00 cùng ngày" in said["closing"]


@given(st.text(max_size=200))
def test_names_of_files_are_safe_everywhere(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe.isascii()
    assert not set(safe) & set('/\\:*?"<>|\0\n')
    assert safe not in {".", ".."}
    assert not safe.endswith((".", " "))
    assert len(safe) <= 100
    assert safe.split(".")[0].lower() not in {"con", "nul", "aux", "prn"}


@given(st.lists(st.text(max_size=12), max_size=20))
def test_no_two_files_have_one_path(names: list[str]) -> None:
    taken = Names()
    paths = [taken.unique("03-tai-lieu/", name).lower() for name in names]
    assert len(set(paths)) == len(paths)


class _Store:
    """A store of one big thing, read in pieces; it knows how much was read ahead of the reader."""

    def __init__(self, pieces: int) -> None:
        self.pieces, self.given = pieces, 0

    def open(self, sha256: str, start: int = 0, end: int | None = None) -> "_Store":
        return self

    def __iter__(self) -> "_Store":
        return self

    def __next__(self) -> bytes:
        if self.given == self.pieces:
            raise StopIteration
        self.given += 1
        return b"x" * 1024 * 1024

    def close(self) -> None:
        """Nothing to let go of."""


def test_five_hundred_megabytes_pass_through_without_being_held() -> None:
    store = _Store(500)
    entry = Entry("03-tai-lieu/lon.pdf", "Lớn", "Tài liệu", sha256="a" * 64, size=500 * 2**20)
    sent = ahead = 0
    for piece in stream([entry], store, AT, lambda _written: []):  # type: ignore[arg-type]
        sent += len(piece)
        ahead = max(ahead, store.given * 2**20 - sent)
    assert sent > 500 * 2**20
    assert ahead <= 2 * 2**20


def test_an_archive_opens_and_its_index_names_each_file_with_its_hash() -> None:
    seen: list[Written] = []

    def index(written: list[Written]) -> list[Entry]:
        seen.extend(written)
        return [Entry("index.csv", "Mục lục", "", b"x")]

    entries = [Entry("a.txt", "A", "Một", "nội dung".encode()), Entry("b.txt", "B", "Một", b"")]
    data = b"".join(stream(entries, _Store(0), AT, index))  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.txt", "b.txt", "index.csv"]
    assert seen[0].sha256 == hashlib.sha256("nội dung".encode()).hexdigest()
    assert [one.size for one in seen] == [len("nội dung".encode()), 0]
