"""Re-dispatches or ends phone calls whose agent died or stopped sending audio."""
