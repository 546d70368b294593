"""The archive search and the reader: the web face of the content library."""
