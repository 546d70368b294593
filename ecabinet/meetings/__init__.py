"""Meetings: agenda, papers, invitations, attendance, quorum."""
