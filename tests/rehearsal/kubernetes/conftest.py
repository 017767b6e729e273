"""Reexports fixtures of the simulator, for tests of the charts that the platform pins."""

from __future__ import annotations

from simulator_tests.kubernetes.conftest import cluster, clusters, directory, provider

__all__ = ["cluster", "clusters", "directory", "provider"]
