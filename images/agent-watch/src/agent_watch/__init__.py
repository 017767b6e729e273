"""Ends or re-dispatches telephone calls whose agent died or went silent."""
