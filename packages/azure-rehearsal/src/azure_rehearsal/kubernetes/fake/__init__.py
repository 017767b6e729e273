"""Recorded clusters: what an API server answers, kept in files, with no program running."""
