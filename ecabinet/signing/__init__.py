"""Signatures on official documents: where they stand, who makes them, what they say and what changed since."""
