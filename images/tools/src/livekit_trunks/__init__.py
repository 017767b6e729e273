"""The trunk manager: keeps LiveKit's trunks and dispatch rule for phone calls equal to the chart's values.

LiveKit stores them in Redis. If Redis loses them, the next comparison restores them. The comparison belongs here; the
wanted trunks belong to the values of the chart `livekit-sip`.
"""
