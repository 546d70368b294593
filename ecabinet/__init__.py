"""eCabinet: paperless meetings and official documents on one registry of members and units."""
