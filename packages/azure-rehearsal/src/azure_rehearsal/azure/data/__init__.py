"""Azure facts that several services read: regions and their pairs, VM sizes, built-in roles, resource providers,
quotas, policies.

Each module states its source and date. Data of a single service belongs in that service's package.
"""
