"""Comments on papers and notes: when they are taken, what they may say."""

from datetime import UTC, datetime, timedelta

import pytest

from documents.errors import Invalid, Problem
from ecabinet.meetings import comment_rules as rules
from ecabinet.meetings.comment_rules import Verdict, Words
from ecabinet.meetings.rules import MeetingState
from ecabinet.notebook import rules as notes

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("state", MeetingState)
def test_comments_are_taken_between_invitation_and_beginning(state: MeetingState) -> None:
    assert rules.open_for_comments(state, None, NOW) == (state == MeetingState.INVITED)


@pytest.mark.parametrize(("until", "taken"), [(NOW + HOUR, True), (NOW, False), (NOW - HOUR, False), (None, True)])
def test_comments_end_at_their_deadline(until: datetime | None, taken: bool) -> None:
    assert rules.open_for_comments("invited", until, NOW) == taken
    if not taken:
        with pytest.raises(Problem) as caught:
            rules.check_open("invited", until, NOW)
        assert caught.value.code == "comments_closed"


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        (Words("Sửa Điều 3"), {}),
        (Words("Sửa Điều 3", 1), {}),
        (Words("x" * 4000, 99_999), {}),
        (Words(""), {"text": "missing"}),
        (Words("x" * 4001), {"text": "too_long"}),
        (Words("x", 0), {"page": "not_in_range"}),
        (Words("x", 100_000), {"page": "not_in_range"}),
        (Words("x", None, page_given=True), {"page": "not_in_range"}),
        (Words("", -1), {"text": "missing", "page": "not_in_range"}),
    ],
)
def test_words(words: Words, faults: dict[str, str]) -> None:
    if not faults:
        rules.check_comment(words)
        return
    with pytest.raises(Invalid) as caught:
        rules.check_comment(words)
    assert {field: fault.code for field, fault in caught.value.faults.items()} == faults


def code_of(call: object, *args: object, **more: object) -> str:
    with pytest.raises(Problem) as caught:
        call(*args, **more)  # type: ignore[operator]
    return caught.value.code


def test_replies_go_one_level_deep() -> None:
    rules.check_reply(parent_is_reply=False, parent_deleted=False)
    assert code_of(rules.check_reply, True, False) == "reply_to_reply"
    assert code_of(rules.check_reply, False, True) == "comment_deleted"


@pytest.mark.parametrize(
    ("author", "deleted", "answered", "code"),
    [(7, False, False, None), (8, False, False, "forbidden"), (7, True, False, "comment_deleted"),
     (7, False, True, "comment_answered")],
)  # fmt: skip
def test_whose_comment_it_is(author: int, deleted: bool, answered: bool, code: str | None) -> None:
    if code is None:
        rules.check_own(author, 7, deleted, answered)
    else:
        assert code_of(rules.check_own, author, 7, deleted, answered) == code


@pytest.mark.parametrize(
    ("verdict", "text", "code"),
    [
        (Verdict.ACCEPTED, "", None),
        (Verdict.ACCEPTED, "Đã sửa", None),
        (Verdict.DECLINED, "", "invalid"),
        (Verdict.EXPLAINED, "", "invalid"),
        (Verdict.DECLINED, "Trái luật", None),
        (Verdict.EXPLAINED, "x" * 4001, "invalid"),
    ],
)
def test_verdicts(verdict: Verdict, text: str, code: str | None) -> None:
    if code is None:
        rules.check_verdict(verdict, text, is_reply=False, deleted=False)
    else:
        assert code_of(rules.check_verdict, verdict, text, is_reply=False, deleted=False) == code
    assert code_of(rules.check_verdict, verdict, "vì", is_reply=True, deleted=False) == "reply_to_reply"
    assert code_of(rules.check_verdict, verdict, "vì", is_reply=False, deleted=True) == "comment_deleted"


def test_a_note_within_bounds() -> None:
    notes.check_note("", "")
    with pytest.raises(Invalid) as caught:
        notes.check_note("x" * 201, "x" * 200_001)
    assert set(caught.value.faults) == {"title", "text"}


@pytest.mark.parametrize(
    ("read", "present", "text", "there", "conflict"),
    [(1, 1, "a", "b", False), (1, 2, "a", "b", True), (1, 2, "b", "b", False), (0, 1, "a", "b", True)],
)
def test_a_note_builds_on_what_is_there(read: int, present: int, text: str, there: str, conflict: bool) -> None:
    if not conflict:
        notes.check_revision(read, present, text, there)
        return
    with pytest.raises(notes.Conflict) as caught:
        notes.check_revision(read, present, text, there)
    assert (caught.value.theirs, caught.value.revision) == (there, present)


@pytest.mark.parametrize(
    ("title", "text", "heading"),
    [("Tên", "gì đó", "Tên"), ("", "\n\n  Dòng đầu \nDòng hai", "Dòng đầu"), ("", " \n ", ""),
     ("", "x" * 100, "x" * 79 + "…"), ("", "x" * 80, "x" * 80)],
)  # fmt: skip
def test_headings(title: str, text: str, heading: str) -> None:
    assert notes.heading(title, text) == heading
