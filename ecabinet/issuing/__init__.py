"""What goes out: numbered, sealed, issued to its recipients, followed, recalled, replaced, copied."""
