"""Calendar files as a real reader reads them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from ecabinet.clock import ZONE
from ecabinet.notices.calendar import Event, Method, Person, fold, render

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
OFFICE = Person("Văn phòng Trung ương Đoàn", "vp@doan.vn")
MEMBER = Person('Nguyễn "Tâm" Thị; Hương', "huong@doan.vn")
LONG = "Hội nghị Ban Chấp hành Trung ương Đoàn lần thứ mười, khóa XII; thảo luận: kế hoạch năm 2027\nvà bầu bổ sung"
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"]), max_size=300)


def an_event(**changes: object) -> Event:
    values: dict[str, object] = {
        "uid": "abc@ecabinet", "sequence": 3, "stamp": NOW, "starts_at": NOW, "ends_at": NOW + timedelta(hours=3),
        "summary": LONG, "place": "Phòng A, 62 Bà Triệu", "description": "Dòng một\nDòng hai",
        "link": "https://hop.doan.vn/meetings/1/invitation",
    }  # fmt: skip
    return Event(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("method", [Method.REQUEST, Method.CANCEL])
def test_a_request_as_a_reader_reads_it(method: Method) -> None:
    event = an_event(cancelled=method == Method.CANCEL)
    read = Calendar.from_ical(render([event], method, organizer=OFFICE, attendee=MEMBER))
    assert read["METHOD"] == method
    [entry] = read.walk("VEVENT")
    assert entry["UID"] == "abc@ecabinet"
    assert entry["SEQUENCE"] == 3
    assert entry["SUMMARY"] == LONG
    assert entry["LOCATION"] == "Phòng A, 62 Bà Triệu"
    assert entry["DESCRIPTION"] == "Dòng một\nDòng hai"
    assert entry["STATUS"] == ("CANCELLED" if method == Method.CANCEL else "CONFIRMED")
    assert entry["DTSTART"].dt == NOW
    assert entry["DTSTART"].dt.utcoffset() == timedelta(hours=7)
    assert entry["DTEND"].dt == NOW + timedelta(hours=3)
    assert entry["DTSTAMP"].dt == NOW
    assert entry["ORGANIZER"] == "mailto:vp@doan.vn"
    assert entry["ATTENDEE"] == "mailto:huong@doan.vn"
    assert entry["ATTENDEE"].params["CN"] == "Nguyễn 'Tâm' Thị; Hương"
    assert [zone["TZID"] for zone in read.walk("VTIMEZONE")] == ["Asia/Ho_Chi_Minh"]
    assert not [fault for part in read.walk() for fault in part.errors]


def test_a_calendar_of_many_with_its_name() -> None:
    events = [an_event(uid=f"{n}@ecabinet", starts_at=NOW + timedelta(days=n), ends_at=NOW + timedelta(days=n, hours=1))
              for n in range(5)]  # fmt: skip
    read = Calendar.from_ical(render(events, Method.PUBLISH, name="Lịch họp"))
    assert read["X-WR-CALNAME"] == "Lịch họp"
    assert [entry["DTSTART"].dt for entry in read.walk("VEVENT")] == [event.starts_at for event in events]
    assert len(Calendar.from_ical(render([], Method.PUBLISH)).walk("VEVENT")) == 0


@given(TEXTS, TEXTS)
def test_whatever_people_type_comes_out_again(summary: str, place: str) -> None:
    file = render([an_event(summary=summary, place=place)], Method.PUBLISH)
    [entry] = Calendar.from_ical(file).walk("VEVENT")
    printed = "".join(c for c in summary if c.isprintable())
    assert str(entry.get("SUMMARY", "")) == printed
    assert str(entry.get("LOCATION", "")) == "".join(c for c in place if c.isprintable())
    lines = file.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in "".join(lines)


@given(st.text(max_size=400))
def test_folding_can_be_undone(line: str) -> None:
    line = line.replace("\r", "").replace("\n", "")
    assert fold(line).replace("\r\n ", "") == line


def test_an_event_is_kept_as_json_and_comes_back() -> None:
    event = an_event(starts_at=NOW.astimezone(ZONE))
    assert Event.of(event.kept()) == event
