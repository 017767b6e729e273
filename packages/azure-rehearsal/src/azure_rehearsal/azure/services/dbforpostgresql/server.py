"""Flexible servers: the type and its outputs. The rules are in the helper modules of this package."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.identities import identity_outputs, retire_principal
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Immutable, Request
from azure_rehearsal.azure.core.secret_digest import store_digests
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.services.dbforpostgresql.access import (
    PASSWORD,
    has_password_auth,
    refuse_auth_config,
    refuse_login,
    refuse_password,
)
from azure_rehearsal.azure.services.dbforpostgresql.common import (
    DOMAIN,
    ONE_OPERATION_PER_SERVER,
    SERVER,
    SERVER_NAME,
    SERVER_PATH,
    SOURCE,
)
from azure_rehearsal.azure.services.dbforpostgresql.compute import (
    refuse_backup,
    refuse_size,
    refuse_standby,
    refuse_storage,
    refuse_version,
    storage_outputs,
)
from azure_rehearsal.azure.services.dbforpostgresql.networking import (
    SUBNET,
    refuse_mode_change,
    refuse_subnet,
    refuse_zone,
)
from azure_rehearsal.azure.services.dbforpostgresql.offers import NEWEST_VERSIONS
from azure_rehearsal.azure.services.dbforpostgresql.replicas import (
    is_replica_request,
    promote_replicas,
    refuse_delete_while_primary_is_busy,
    refuse_replica,
    refuse_settings_of_replica,
    refuse_upgrade_with_replicas,
    refuse_while_primary_is_busy,
    replication_outputs,
)

DEFAULT_BACKUP_DAYS: Final = 7
INHERITED: Final = ("version", "administratorLogin", "authConfig")
"""Properties that a replica inherits from its primary."""


def _refuse_primary_auth_config(request: Request) -> None:
    """Checks the authentication settings of a server that is not a replica."""
    if is_replica_request(request) or request.previous(SOURCE):
        return
    refuse_auth_config(request)


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    outputs: dict[str, Any] = {
        "fullyQualifiedDomainName": f"{request.name.lower()}.{DOMAIN}",
        "state": "Ready",
        "storage": storage_outputs(request),
        "availabilityZone": request.get("availabilityZone")
        or request.previous("availabilityZone")
        or _default_zone(request),
        "network": _network(request),
        **identity_outputs(request, record),
    }
    source = request.referenced(SOURCE) if is_replica_request(request) or request.previous(SOURCE) else None
    if source is not None:
        outputs |= {name: source.properties[name] for name in INHERITED if name in source.properties}
        outputs |= {SOURCE: source.id, "backup": {"backupRetentionDays": DEFAULT_BACKUP_DAYS}}
        return outputs
    outputs["version"] = request.get("version") or request.previous("version") or NEWEST_VERSIONS[1]
    outputs["highAvailability"] = _standby(request, str(outputs["availabilityZone"]))
    outputs["backup"] = {
        "backupRetentionDays": DEFAULT_BACKUP_DAYS,
        "geoRedundantBackup": "Disabled",
        **(request.previous("backup") or {}),
        **request.get("backup", {}),
    }
    outputs["authConfig"] = {
        "activeDirectoryAuth": "Disabled",
        "passwordAuth": "Enabled" if has_password_auth(request) else "Disabled",
        **request.get("authConfig", {}),
    }
    return outputs


def _default_zone(request: Request) -> str:
    zones = REGIONS.get(request.location, ())
    return zones[0] if zones else ""


def _network(request: Request) -> dict[str, Any]:
    access = "Disabled" if request.get(SUBNET) else request.get("network.publicNetworkAccess", "Enabled")
    return {**request.get("network", {}), "publicNetworkAccess": access}


def _standby(request: Request, zone: str) -> dict[str, Any]:
    given = {"mode": "Disabled", **request.get("highAvailability", {})}
    if str(given["mode"]).lower() == "disabled":
        return {**given, "state": "NotEnabled"}
    others = [item for item in REGIONS.get(request.location, ()) if item != zone]
    default = zone if str(given["mode"]).lower() == "samezone" else (others or [""])[0]
    return {"standbyAvailabilityZone": default, **given, "state": "Healthy"}


def _live(cloud: Cloud, record: Record) -> dict[str, Any]:
    return {**replication_outputs(cloud, record), "privateEndpointConnections": connections_of(cloud, record)}


def _after_write(request: Request, record: Record) -> None:
    store_digests(request, record, PASSWORD)


def _after_delete(deletion: Deletion) -> None:
    promote_replicas(deletion)
    retire_principal(deletion)


TYPE: Final = ArmType(
    token=SERVER,
    path=SERVER_PATH,
    location_required=True,
    force_new=("administratorLogin", "availabilityZone", "location", "pointInTimeUTC", SOURCE),
    limits={"serverName": SERVER_NAME},
    unique=(
        globally_unique(
            "serverName",
            "ServerNameAlreadyExists",
            "Specified server name is already used: '{name}' belongs to {other}.",
        ),
    ),
    immutable=(Immutable("dataEncryption.type", code="DataEncryptionChangeNotAllowed"),),
    rules=(
        refuse_while_primary_is_busy,
        refuse_replica,
        refuse_settings_of_replica,
        _refuse_primary_auth_config,
        refuse_login,
        refuse_password,
        refuse_version,
        refuse_upgrade_with_replicas,
        refuse_size,
        refuse_storage,
        refuse_standby,
        refuse_backup,
        refuse_mode_change,
        refuse_zone,
        refuse_subnet,
    ),
    outputs=_outputs,
    live_outputs=_live,
    after_write=_after_write,
    exclusive_writes=ONE_OPERATION_PER_SERVER,
    delete_rules=(refuse_delete_while_primary_is_busy,),
    after_delete=_after_delete,
)
