"""The personal notebook (sổ tay): notes that nobody but their writer sees."""
