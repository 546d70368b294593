"""One module for each kind of file. They run in the child process only; see :mod:`documents.extract_child`."""
