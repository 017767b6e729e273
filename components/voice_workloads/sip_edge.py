"""Values of the SIP edge's chart."""

from __future__ import annotations

from typing import Any

from components.voice_workloads.values import common_values, guaranteed, load_balancer_annotations, merged, pool_values
from model import ports
from model.host_names import SIP, host_names
from model.identities import account
from model.public_addresses import PublicAddress
from model.tls_certificates import SIP_CERTIFICATE
from settings.schema.aks_stack import AksStackSettings
from settings.schema.telephony import Carrier


def sip_edge_values(settings: AksStackSettings) -> dict[str, Any]:
    """Carriers' addresses, the static address that they call, and who takes the calls."""
    edge = settings.sip_edge
    own = account("sip-edge")
    return merged(
        common_values(settings, own, settings.images.sip_edge),
        {
            "networkPolicy": {"enabled": False},
            "pool": pool_values(settings, "api"),
            "priorityClassName": "voice-platform",
            "replicas": edge.replicas,
            "resources": guaranteed(edge.cpu, f"{edge.memory_mib}Mi"),
            "ports": {
                "sip": ports.SIP_EDGE_SIGNALLING[0].first,
                "sipTls": ports.SIP_EDGE_SIGNALLING[2].first,
                "health": ports.SIP_EDGE_HEALTH.first,
                "control": ports.SIP_EDGE_CONTROL.first,
                "metrics": ports.SIP_EDGE_METRICS.first,
            },
            "loadBalancer": {"annotations": load_balancer_annotations(settings, PublicAddress.SIP_EDGE)},
            "host": host_names(settings).of_region(SIP),
            "freeswitch": {
                "service": account("freeswitch").name,
                "namespace": account("freeswitch").namespace,
                "port": ports.FREESWITCH_EDGE_PROFILE[0].first,
                "tryNextMilliseconds": edge.try_next_milliseconds,
            },
            "carriers": [_carrier(carrier) for carrier in settings.telephony.carriers if carrier.ingress == "edge"],
            "limits": {"requestsPerSecond": edge.requests_per_second},
            "certificateSecret": SIP_CERTIFICATE.secret,
        },
    )


def _carrier(carrier: Carrier) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": carrier.name,
        "signallingCidrs": list(carrier.signalling_cidrs),
        "mode": carrier.mode,
    }
    if carrier.registrar is not None:
        registrar = carrier.registrar
        values["credentials"] = carrier.credentials
        values["registrar"] = {
            "host": registrar.host,
            "port": registrar.port,
            "transport": registrar.transport,
            "realm": registrar.realm or registrar.host,
            "expirySeconds": registrar.expiry_seconds,
        }
    return values
