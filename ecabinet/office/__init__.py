"""Official documents: registers and numbers, incoming, outgoing, assigned, signed, exchanged."""
