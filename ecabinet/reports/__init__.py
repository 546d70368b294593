"""Registers as people print them, processing reports, dashboards: what is counted and listed of official documents."""
