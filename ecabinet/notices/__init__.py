"""Telling people: notices on the pages, and e-mail through the office's server."""
