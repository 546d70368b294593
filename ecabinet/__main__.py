"""The command line: ``python -m ecabinet serve | worker | migrate | demo | bench``."""

import argparse
import errno
import logging
import sys

from sqlalchemy.exc import DBAPIError

from documents.errors import Problem
from ecabinet import commands
from ecabinet.config import ConfigError

DISK_FULL = "no space left: make room on the disk of DATA_DIR and start again"


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="ecabinet", description="Paperless meetings and official documents.")
    some = top.add_subparsers(title="commands", required=True)
    for name, command in commands.COMMANDS.items():
        sub = some.add_parser(name, help=command.help, description=command.help)
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command. What the person can mend ends in one line and exit code 1, everything else in a traceback."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for talkative in ("ecabinet.engineio", "ecabinet.socketio"):  # a line for every event sent
        logging.getLogger(talkative).setLevel(logging.WARNING)
    options = parser().parse_args(argv)
    try:
        return int(options.run(options) or 0)
    except (ConfigError, commands.CommandError) as error:
        return _fail(str(error))
    except Problem as problem:
        return _fail(str(problem))
    except DBAPIError as error:
        return _fail(DISK_FULL if "disk is full" in str(error.orig) else f"the database cannot be used: {error.orig}")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return _fail(DISK_FULL)
    except KeyboardInterrupt:
        return 130


def _fail(message: str) -> int:
    print(f"ecabinet: {' '.join(message.split())}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
