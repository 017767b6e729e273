"""Output for people and machines: failures, summaries, recordings, cost, time, diagrams.

Belongs here: everything that is computed from runs, recordings and plans, and its texts. Does not belong here: engine
runs (`azure_rehearsal.engine`) and the commands' options (`azure_rehearsal.cli`).
"""
