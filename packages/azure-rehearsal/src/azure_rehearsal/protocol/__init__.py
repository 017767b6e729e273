"""Pulumi's gRPC protocols: providers, the language host, and the values that cross them."""
