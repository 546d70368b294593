"""The whole stack with the demonstration in it, and tablets that reach its application processes."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import PASSWORD, browser, tablet
from tests.stack.processes import Stack, stack

__all__ = ["browser", "tablet"]


@pytest.fixture(scope="module")
def whole_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """PostgreSQL, S3, Redis, two application processes and one worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMO_PASSWORD", PASSWORD)
        with stack(tmp_path_factory.mktemp("stack"), prepare=(("migrate",), ("demo",))) as running:
            yield running


@pytest.fixture(scope="module")
def served(whole_stack: Stack) -> str:
    """Where a tablet goes that is not told otherwise: the first application process."""
    return whole_stack.urls[0]
