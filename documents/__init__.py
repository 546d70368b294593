"""The content library: papers, their versions, text and search. Knows nothing of Flask, units or meetings."""
