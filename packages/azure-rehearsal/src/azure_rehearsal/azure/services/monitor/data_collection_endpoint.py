"""Data collection endpoints."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.identities import identity_outputs, retire_principal
from azure_rehearsal.azure.core.rules import ArmType, InUse, Request
from azure_rehearsal.azure.services.monitor.common import (
    ASSOCIATION,
    ENDPOINT,
    ENDPOINT_PATH,
    NAME,
    RULE,
    host_name,
    immutable_id,
)


def _endpoint_outputs(request: Request, record: Record) -> dict[str, Any]:
    host, region = host_name(record, request.name), request.location
    return {
        "immutableId": immutable_id(record, "dce"),
        "configurationAccess": {"endpoint": f"https://{host}.{region}-1.handler.control.monitor.azure.com"},
        "logsIngestion": {"endpoint": f"https://{host}.{region}-1.ingest.monitor.azure.com"},
        "metricsIngestion": {"endpoint": f"https://{host}.{region}-1.metrics.ingest.monitor.azure.com"},
        **identity_outputs(request, record),
    }


TYPE: Final = ArmType(
    token=ENDPOINT,
    path=ENDPOINT_PATH,
    location_required=True,
    force_new=("location",),
    name=NAME,
    defaults={"networkAcls": {"publicNetworkAccess": "Enabled"}},
    outputs=_endpoint_outputs,
    in_use=(
        InUse(
            (RULE, ASSOCIATION),
            "DataCollectionEndpointInUse",
            "Data collection endpoint {id} cannot be deleted because it is used by {others}.",
        ),
    ),
    after_delete=retire_principal,
)
