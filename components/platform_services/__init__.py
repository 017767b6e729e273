"""What every workload finds in the cluster."""

from components.platform_services.platform_services import PlatformServices, PlatformServicesArgs

__all__ = ["PlatformServices", "PlatformServicesArgs"]
