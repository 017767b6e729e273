"""The trunk manager: keeps the trunks and the dispatch rule of telephone calls in LiveKit as the chart states them.

They live in LiveKit's Redis. When Redis has lost them, they are back after the next comparison.
"""
