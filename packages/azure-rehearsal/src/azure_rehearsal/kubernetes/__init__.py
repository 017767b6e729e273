"""The simulated Kubernetes: the kubernetes provider and the clusters that it deploys to.

Belongs here: the provider protocol for kubernetes resources, Helm charts and releases; the `Cluster` interface; both
implementations of it (`fake`: a fake API server that needs no program, `real`: a real control plane with simulated
nodes); the controllers that both run (`controllers`); the catalogs of CRDs and third-party charts.

Does not belong here: Azure resources (`azure_rehearsal.azure`; controllers reach them through `cloud_controller_api`),
the provider protocol itself (`azure_rehearsal.protocol`), and anything about the program that is rehearsed.
"""
