"""What all see who look on in the same way: when hundreds join at once, rendered a few times, not for each."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from ecabinet.blocks import Rendered, Viewer


class SharedPages:
    """``render`` gives all shared blocks of a viewer's room as they stand; it is called in a thread."""

    def __init__(self, render: Callable[[Viewer], list[Rendered]]) -> None:
        self._render = render
        self._turns: dict[Viewer, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._next: dict[Viewer, asyncio.Task[list[Rendered]]] = {}

    async def page(self, viewer: Viewer) -> list[Rendered]:
        """The blocks as of this call or later: who has entered the room before calling misses nothing.

        A rendering serves all who came before it began; who comes while one is under way is served by the next.
        """
        if viewer not in self._next:
            self._next[viewer] = asyncio.create_task(self._in_turn(viewer))
        return await asyncio.shield(self._next[viewer])

    async def _in_turn(self, viewer: Viewer) -> list[Rendered]:
        async with self._turns[viewer]:
            del self._next[viewer]
            return await asyncio.to_thread(self._render, viewer)
