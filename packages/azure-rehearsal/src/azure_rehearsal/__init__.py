"""A simulator of Azure and Kubernetes under Pulumi's real engine."""
