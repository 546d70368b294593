"""Files (hồ sơ): the yearly list, what each gathers, its hand-over to the archive, its end."""
