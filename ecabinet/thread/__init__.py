"""The thread: from anything what it came from, and what came of it."""
