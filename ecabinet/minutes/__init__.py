"""What a meeting leaves behind: conclusions, minutes, resolutions, the dossier; and what the room's screen shows."""
