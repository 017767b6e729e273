"""Deliberate failures: faults, outages, chaos runs, and the recovery from them.

Belongs here: fault rules, unreachable regions, and the comparison of a recovered stack with an undisturbed one. Does
not belong here: refusals that Azure or Kubernetes would return anyway (`azure_rehearsal.azure`,
`azure_rehearsal.kubernetes`).
"""
