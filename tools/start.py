"""`make run` after set-up: migrate, fill in the demonstration if there is none, serve; in one process.

One process instead of three: loading the application takes most of the time of a second start.
"""

from ecabinet.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main(["migrate"]) or main(["demo"]) or main(["serve"]))
