"""What a push may do to a page, and what it must leave alone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

OpenPage = Callable[[str], Page]


def push(page: Page, *blocks: dict[str, Any], answer: bool = False) -> None:
    """Show blocks as a push, or as the answer to a question asked just now."""
    page.evaluate(
        """async ([blocks, answer]) => {
          const { applyBlocks, snapshot } = await import("/static/js/blocks.js");
          applyBlocks(blocks, answer ? snapshot() : null);
        }""",
        [blocks, answer],
    )


def block(rev: int, inside: str, attributes: str = "") -> dict[str, Any]:
    return {"id": "now", "rev": rev, "html": f'<section id="now" {attributes}>{inside}</section>'}


def test_an_older_push_is_dropped(open_page: OpenPage) -> None:
    page = open_page('<section id="now">start</section>')
    push(page, block(5, "five"))
    push(page, block(4, "four"))
    expect(page.locator("#now")).to_have_text("five")


def test_an_answer_with_lower_revisions_is_taken(open_page: OpenPage) -> None:
    """After a restart the server may count from an earlier clock."""
    page = open_page('<section id="now" data-rev="9">start</section>')
    push(page, block(4, "restarted"), answer=True)
    expect(page.locator("#now")).to_have_text("restarted")


def test_a_newer_push_wins_over_an_answer_asked_for_before_it(open_page: OpenPage) -> None:
    page = open_page('<section id="now">start</section>')
    page.evaluate(
        """async ([pushed, answered]) => {
          const { applyBlocks, snapshot } = await import("/static/js/blocks.js");
          const asked = snapshot();
          applyBlocks([pushed]);
          applyBlocks([answered], asked);
        }""",
        [block(7, "pushed"), block(6, "answered")],
    )
    expect(page.locator("#now")).to_have_text("pushed")


def test_the_same_key_leaves_a_half_filled_ballot_alone(open_page: OpenPage) -> None:
    ballot = '<input type="radio" name="option" value="1"><input type="radio" name="option" value="2">'
    page = open_page(f'<section id="now" data-key="poll-1-open">{ballot}</section>')
    page.locator("input >> nth=1").check()
    push(page, block(1, ballot + "<b>other</b>", 'data-key="poll-1-open"'))
    expect(page.locator("input >> nth=1")).to_be_checked()
    expect(page.locator("b")).to_have_count(0)
    push(page, block(2, "closed", 'data-key="poll-1-closed"'))
    expect(page.locator("#now")).to_have_text("closed")


def test_what_is_typed_stays_while_the_rest_changes(open_page: OpenPage) -> None:
    page = open_page(
        '<section id="now"><p>one</p><input name="reason" value=""><input name="other" value="a"></section>'
    )
    page.locator("[name=reason]").fill("đang gõ dở")
    page.locator("body").click()
    push(page, block(1, '<p>two</p><input name="reason" value=""><input name="other" value="b">'))
    expect(page.locator("[name=reason]")).to_have_value("đang gõ dở")
    expect(page.locator("[name=other]")).to_have_value("b")
    expect(page.locator("p")).to_have_text("two")


def test_the_focused_button_changes_its_words(open_page: OpenPage) -> None:
    """A button whose form now does something else must not go on saying what it did before."""
    page = open_page('<section id="now"><form action="/close"><button>Đóng</button></form></section>')
    page.locator("button").focus()
    push(page, block(1, '<form action="/publish"><button>Công bố</button></form>'))
    expect(page.locator("button")).to_have_text("Công bố")
    expect(page.locator("button")).to_be_focused()


def test_what_was_opened_stays_open(open_page: OpenPage) -> None:
    page = open_page('<section id="now"><details><summary>Sửa</summary>one</details></section>')
    page.locator("summary").click()
    push(page, block(1, "<details><summary>Sửa</summary>two</details>"))
    expect(page.locator("details")).to_have_attribute("open", "")
    expect(page.locator("details")).to_contain_text("two")


def test_news_is_read_out_once(open_page: OpenPage) -> None:
    page = open_page('<section id="now" data-announce="Nội dung 1">one</section>')
    push(page, block(1, "two", 'data-announce="Nội dung 2"'))
    expect(page.locator("#announcer")).to_have_text("Nội dung 2")
    page.evaluate("document.getElementById('announcer').textContent = ''")
    push(page, block(2, "three", 'data-announce="Nội dung 2"'))
    expect(page.locator("#now")).to_have_text("three")
    expect(page.locator("#announcer")).to_have_text("")


def test_a_block_of_another_page_is_ignored(open_page: OpenPage) -> None:
    page = open_page('<section id="now">start</section>')
    push(page, {"id": "elsewhere", "rev": 1, "html": '<p id="elsewhere">x</p>'}, block(1, "here"))
    expect(page.locator("#elsewhere")).to_have_count(0)
    expect(page.locator("#now")).to_have_text("here")
