"""A second kind of stack, for tests only. It proves that the shared parts do not assume a cluster.

clusterless.py   the kind: settings model, class defaults, rules, address plan
region.py        its region component, composed from shared components
"""
