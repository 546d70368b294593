"""A rendering serves those who came before it began, and nobody who came later."""

import asyncio
import threading

import pytest

from ecabinet.blocks import Audience, Rendered, View, Viewer
from ecabinet.shared_pages import SharedPages

VIEWER = Viewer(1, View.MEETING, Audience.VOTER, "vi")


class Renderings:
    """Counts renderings; each waits until it is let go."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)
        self.count = 0

    def render(self, _viewer: Viewer) -> list[Rendered]:
        self.count += 1
        number = self.count
        self.began.release()
        self.let_go.acquire()
        if number == 2:
            raise LookupError("the second fails")
        return [Rendered(id=f"rendering-{number}", rev=number, html="")]


def test_who_waits_is_served_together_and_who_comes_later_by_the_next() -> None:
    renderings = Renderings()

    async def story() -> list[object]:
        pages = SharedPages(renderings.render)
        first = asyncio.create_task(pages.page(VIEWER))
        await asyncio.to_thread(renderings.began.acquire)
        later = [asyncio.create_task(pages.page(VIEWER)) for _ in range(100)]
        await asyncio.sleep(0)  # they have all asked now
        renderings.let_go.release()
        await asyncio.to_thread(renderings.began.acquire)
        last = asyncio.create_task(pages.page(VIEWER))
        await asyncio.sleep(0)
        renderings.let_go.release(2)
        return await asyncio.gather(first, *later, last, return_exceptions=True)

    first, *later, last = asyncio.run(story())
    assert first == [Rendered(id="rendering-1", rev=1, html="")]
    assert len(later) == 100
    assert all(isinstance(failed, LookupError) for failed in later)
    assert last == [Rendered(id="rendering-3", rev=3, html="")]
    assert renderings.count == 3


def test_who_goes_away_takes_nobody_with_them() -> None:
    renderings = Renderings()

    async def story() -> list[Rendered]:
        pages = SharedPages(renderings.render)
        gone, stays = (asyncio.create_task(pages.page(VIEWER)) for _ in range(2))
        await asyncio.to_thread(renderings.began.acquire)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        renderings.let_go.release()
        return await stays

    assert asyncio.run(story()) == [Rendered(id="rendering-1", rev=1, html="")]
