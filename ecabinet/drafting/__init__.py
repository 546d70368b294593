"""Documents that go out, from the idea to the signature: drafted, commented on, checked, submitted, signed."""
