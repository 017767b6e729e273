"""Edits of the Gateway and its certificates, on a deployed platform: each test counts every operation."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from tests.rehearsal.platform.plans import changes

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

SERVICES = "voice-eastus-services"
CERTIFICATES = [f"{SERVICES}-certificates-{name}" for name in ("gateway", "sip", "turn")]
SHOP = {"host": "shop.voice.example.com", "namespace": "voice-apps", "service": "shop", "port": 80}
SELF_SIGNED = {"voice:certificates.issuer": "selfSigned", "voice:dns.delegated": False}


def planned(production: Rehearsal, config: dict[str, Any]) -> dict[str, list[str]]:
    run = production.preview(config=config)
    assert run.ok, run.text
    return changes(run)


def test_a_host_adds_one_route_and_an_earlier_renewal_updates_each_certificate(production: Rehearsal) -> None:
    """Two edits share one plan, to start the engine once. They change disjoint resources."""
    found = planned(production, {"voice:gateway.routes": [SHOP], "voice:certificates.renewBeforeDays": 20})
    policies = [name for name in found["update"] if "-policies-" in name]
    assert [name for name in found["update"] if name not in policies] == CERTIFICATES
    created = [name for name in found["create"] if "-policies-" not in name]
    assert len(created) == 1, "external-dns writes the record"
    assert created[0].startswith(f"{SERVICES}-gateway-routes-shop-")
    assert set(found) == {"create", "update"}


def test_an_internal_gateway_is_a_change_in_place(own_production: Rehearsal) -> None:
    unprotected = {"voice:protect": False}  # the public address of the Gateway is protected
    assert own_production.up(config=unprotected).ok
    assert planned(own_production, {"voice:gateway.exposure": "internal", **unprotected}) == {
        # It is unreachable from outside, so the probes of the global names end, and its public address has no use.
        "delete": [
            "voice-eastus-aks-identities-role-address-gateway",
            "voice-eastus-dns-endpoint-web",
            "voice-eastus-network-address-gateway",
            "voice-eastus-network-diagnostics-address-gateway",
        ],
        "update": [
            "voice-eastus-dns-api",
            "voice-eastus-dns-livekit",
            "voice-eastus-network-security-workload",
            f"{SERVICES}-gateway-client-policy",
            f"{SERVICES}-gateway-proxy",
        ],
    }


def test_certificates_of_an_authority_replace_self_signed_ones(own_production: Rehearsal) -> None:
    """The certificates name the new issuer, so cert-manager requests them again. Then the old issuer is deleted."""
    before = own_production.up(config=SELF_SIGNED)
    assert before.ok, before.text
    found = planned(own_production, {})
    here = {op: [name for name in names if "-certificates-" in name] for op, names in found.items()}
    assert here == {
        "create": [f"{SERVICES}-certificates-issuer-letsencrypt"],
        "update": CERTIFICATES,
        "delete": [
            f"{SERVICES}-certificates-issuer-self-signed",
            f"{SERVICES}-certificates-issuer-self-signed-ca",
            f"{SERVICES}-certificates-self-signed-root",
        ],
    }
    elsewhere = {name for op in ("update", "delete") for name in found[op] if "-certificates-" not in name}
    assert not {name for name in elsewhere if "-gateway" in name}, "the Gateway reads the same Secret"
    after = own_production.up()
    assert after.ok, after.text
