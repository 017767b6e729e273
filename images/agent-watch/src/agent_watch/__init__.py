"""Re-dispatches or ends phone calls whose agent died or stopped sending audio.

Detection and decisions belong here; the settings belong to the chart `agent-watch`.
"""
