"""Tasks (nhiệm vụ): given, accepted, reported, done. What they were given from is a kind and an id, no more."""
