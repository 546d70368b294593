"""The work calendar (lịch công tác): of a unit and of its leaders, with meetings, deadlines and entries of its own."""
