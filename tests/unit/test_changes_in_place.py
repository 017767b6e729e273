"""Changes of Kubernetes objects are updates in place."""

from __future__ import annotations

from tests.unit.stacks import PRODUCTION, graph_of


def test_config_maps_and_secrets_are_updated_without_replacement() -> None:
    provider = graph_of(PRODUCTION).one("pulumi:providers:kubernetes")
    assert provider.inputs["enableConfigMapMutable"] == "true"
    assert provider.inputs["enableSecretMutable"] == "true"
