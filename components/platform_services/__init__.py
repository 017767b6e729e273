"""The shared services in the cluster, which exist before the first workload.

Belongs here: namespaces, policies, certificates, the Gateway, metrics, scaling, tracing and optional controllers. Does
not belong here: workloads and their charts (`components.voice_workloads`), add-ons of AKS (`components.aks_cluster`).
"""

from components.platform_services.platform_services import PlatformServices, PlatformServicesArgs

__all__ = ["PlatformServices", "PlatformServicesArgs"]
