"""What a region keeps."""

from components.data_tier.data_tier import DataTier, DataTierArgs

__all__ = ["DataTier", "DataTierArgs"]
