"""Runs of the real Pulumi engine: its CLI, its state, the stack file that it reads, the backends that it reaches.

Belongs here: everything that starts the CLI or prepares and reads its files. Does not belong here: the provider
protocol (`azure_rehearsal.protocol`), the simulated services (`azure_rehearsal.azure`, `azure_rehearsal.kubernetes`),
texts for the user (`azure_rehearsal.reports`).
"""
