"""The data stores of one region.

Belongs here: managed services that keep data longer than the cluster exists. Does not belong here: secrets
(`components.key_vault`), telemetry (`components.observability`), disks of pods (their charts).
"""

from components.data_tier.data_tier import DataTier, DataTierArgs

__all__ = ["DataTier", "DataTierArgs"]
