"""Votes: entitled voters, ballots, tally, verdict, receipts."""
