"""Behavior that all resource types share: Azure Resource Manager, the azure-native provider, and the stored cloud.

Rules of a single type belong in `azure_rehearsal.azure.services`, tables in `azure_rehearsal.azure.data`.
"""
