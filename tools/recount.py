#!/usr/bin/env python3
"""Counts a published vote again from its list of ballots, by the rules of the vote and nothing of eCabinet's.

usage: python3 tools/recount.py ballots.json [receipt …]

Prints the count; says whether it equals what was published and whether each receipt given is in the list.
Exit code 0 when all agrees, 1 when something differs, 2 when the file cannot be read.
"""

import json
import sys
from fractions import Fraction
from pathlib import Path


def is_valid(poll, chosen):
    """A motion: one option. An election: names of the list, no more than allowed, blank only if it has one name."""
    offered = [option["id"] for option in poll["options"]]
    if len(set(chosen)) != len(chosen) or any(option not in offered for option in chosen):
        return False
    if poll["kind"] == "motion":
        return len(chosen) == 1
    return len(chosen) <= poll["choices"]["most"] and (len(chosen) > 0 or len(offered) == 1)


def recount(poll):
    """What the ballots say: cast, valid, invalid, votes by option, and who or what has the majority."""
    votes = {str(option["id"]): 0 for option in poll["options"]}
    cast = valid = 0
    for ballot in poll["ballots"]:
        cast += ballot["weight"]
        if is_valid(poll, ballot["options"]):
            valid += ballot["weight"]
            for option in ballot["options"]:
                votes[str(option)] += ballot["weight"]
    rule = poll["majority"]
    base = {"cast": cast, "valid": valid, **poll["room"]}[rule["base"]]
    need = Fraction(rule["numerator"], rule["denominator"]) * base

    def has_majority(number):
        return base > 0 and (number > need if rule["strict"] else number >= need)

    passed = elected = None
    if poll["kind"] == "motion":
        in_favour = next(str(option["id"]) for option in poll["options"] if option["key"] == "for")
        passed = has_majority(votes[in_favour])
    else:
        seats = poll["choices"]["seats"]
        # A candidate has a seat when all who stand at least as high, and not just some of them, have one.
        fits = {o for o, n in votes.items() if has_majority(n) and sum(m >= n for m in votes.values()) <= seats}
        elected = sorted(int(option) for option in fits)
    return {
        "cast": cast, "valid": valid, "invalid": cast - valid, "votes": votes, "passed": passed, "elected": elected,
    }  # fmt: skip


def differences(poll, counted, receipts):
    """In words, everything that does not agree."""
    said = poll["published"]
    said = poll["published"]
    for name, number in counted.items():
        if number != said[name]:
            yield f"{name}: published {said[name]}, counted {number}"
    listed = {ballot["receipt"] for ballot in poll["ballots"] if "receipt" in ballot} | set(poll["receipts"])
    if len(listed) != len(poll["ballots"]):
        yield f"{len(poll['ballots'])} ballots but {len(listed)} different receipts"
    for receipt in receipts:
        if receipt not in listed:
            yield f"receipt {receipt} is not in the list"


def main(arguments):
    if not arguments:
        print(__doc__)
        return 2
    try:
        poll = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        if poll["format"] != "ecabinet ballots 1":
            raise ValueError(f"unknown format {poll['format']}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"this is no list of ballots: {error}", file=sys.stderr)
        return 2
    if poll["manner"] == "hands":
        print("this vote was counted by hand: there are no ballots to count again", file=sys.stderr)
        return 2
    counted = recount(poll)
    print(json.dumps(counted, ensure_ascii=False, indent=2))
    wrong = list(differences(poll, counted, arguments[1:]))
    print("\n".join(wrong) if wrong else "all agrees")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
