"""Pulumi's gRPC protocols: providers, the language host, and the values that they exchange.

Belongs here: translation between gRPC messages and plain Python values, and the `random` package, which needs no
service. Does not belong here: the behavior of Azure or Kubernetes, or the CLI process.
"""
