"""The one way in which papers are printed: a sheet described once becomes a PDF, a Word file, a sealed PDF."""
