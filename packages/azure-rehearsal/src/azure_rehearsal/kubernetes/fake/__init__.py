"""Fake clusters: a simulated API server that keeps its objects in files and needs no program.

Belongs here: the API server's behavior (validation, admission, field managers, discovery, status), the store on disk,
and the lookup of clusters by address.

Does not belong here: the logic of controllers (`controllers`), which real clusters share, and the kubernetes provider.
"""
