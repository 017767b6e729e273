"""Managed clusters: the type, its outputs, and the node resource group. The rules are in `cluster_*.py`."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Immutable, Inline, Limit, Request, get_path
from azure_rehearsal.azure.services.containerservice.api_server import refuse_api_server
from azure_rehearsal.azure.services.containerservice.cluster_network import (
    fill_network_defaults,
    refuse_dataplane,
    refuse_ranges,
)
from azure_rehearsal.azure.services.containerservice.cluster_outbound import refuse_outbound
from azure_rehearsal.azure.services.containerservice.cluster_rules import (
    has_service_principal,
    node_group_id,
    refuse_addons,
    refuse_autoscaler,
    refuse_identity,
    refuse_incomplete_delete,
    refuse_names,
    refuse_partial_versions,
    refuse_pools,
    refuse_security,
    refuse_tier,
    refuse_version,
    version_of,
)
from azure_rehearsal.azure.services.containerservice.common import CLUSTER_PATH, ONE_OPERATION_PER_CLUSTER
from azure_rehearsal.azure.services.containerservice.permissions import refuse_kubelet_identity, refuse_private_zone
from azure_rehearsal.azure.services.containerservice.pool_rules import MAX_POOLS
from azure_rehearsal.azure.services.containerservice.service_mesh import refuse_mesh
from azure_rehearsal.azure.services.managedidentity.user_assigned_identity import IDENTITY, IDENTITY_KIND
from azure_rehearsal.azure.services.network.common import AGENT_POOL, CLUSTER
from azure_rehearsal.azure.services.resources.resource_group import RESOURCE_GROUP

ADDONS_WITH_IDENTITY: Final = {"azurekeyvaultsecretsprovider", "azurepolicy", "omsagent", "ingressapplicationgateway"}
NETWORK_REPLACEMENTS: Final = (
    "dnsServiceIP",
    "ipFamilies",
    "networkDataplane",
    "networkMode",
    "networkPlugin",
    "networkPluginMode",
    "networkPolicy",
    "outboundType",
    "podCidr",
    "podCidrs",
    "serviceCidr",
    "serviceCidrs",
)
"""Parts of networkProfile whose change replaces a cluster, since pulumi-azure-native#4771 (2026-07)."""
_IPV4: Final = r"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)"
_CIDR: Final = Limit(pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}(\/([0-9]|[1-2][0-9]|3[0-2]))?$")


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    location, version = request.location, version_of(request)
    suffix = hashlib.sha256(record.creation_id.encode()).hexdigest()[:8]
    label = request.get("fqdnSubdomain") or f"{request.get('dnsPrefix')}-{suffix}"
    public = f"{label}.hcp.{location}.azmk8s.io"
    outputs: dict[str, Any] = {
        "kubernetesVersion": request.get("kubernetesVersion") or version,
        "currentKubernetesVersion": version,
        "nodeResourceGroup": arm_ids.name(node_group_id(request)),
        "maxAgentPools": MAX_POOLS,
        "powerState": {"code": "Running"},
        "resourceUID": hashlib.sha256(record.creation_id.encode()).hexdigest()[:24],
        "azurePortalFQDN": f"{label}.portal.hcp.{location}.azmk8s.io",
        "oidcIssuerProfile": _issuer(request, record),
        "networkProfile": _network(request),
        **_principals(request, record),
        "disableLocalAccounts": bool(request.get("disableLocalAccounts")),
    }
    if request.get("addonProfiles"):
        outputs["addonProfiles"] = _addons(request)
    access: dict[str, Any] = request.get("apiServerAccessProfile", {})
    if not access.get("enablePrivateCluster"):
        return {**outputs, "fqdn": public}
    zone = str(access.get("privateDNSZone") or "system")
    private_zone = (
        arm_ids.name(zone) if "/" in zone else f"{record.stable_uuid('zone')}.privatelink.{location}.azmk8s.io"
    )
    if zone != "none":
        outputs["privateFQDN"] = f"{label}.{private_zone}"
    if access.get("enablePrivateClusterPublicFQDN", True):
        outputs["fqdn"] = public
    return outputs


def _issuer(request: Request, record: Record) -> dict[str, Any]:
    if request.get("oidcIssuerProfile.enabled") is False:
        return {"enabled": False}
    tenant = request.client.tenant_id
    return {
        "enabled": True,
        "issuerURL": f"https://{request.location}.oic.prod-aks.azure.com/{tenant}/{record.stable_uuid('issuer')}/",
    }


def _principals(request: Request, record: Record) -> dict[str, Any]:
    """The identities of control plane and kubelet, or the service principal that is both."""
    if request.get("identity.type") is None and has_service_principal(request):
        return {"servicePrincipalProfile": {"clientId": request.get("servicePrincipalProfile.clientId")}}
    return {
        "identity": _identity(request, record),
        "identityProfile": request.get("identityProfile") or _create_kubelet_identity(request),
    }


def _identity(request: Request, record: Record) -> dict[str, Any]:
    if request.get("identity.type") != "UserAssigned":
        return {
            "type": request.get("identity.type"),
            "principalId": record.stable_uuid("principal"),
            "tenantId": request.client.tenant_id,
        }
    identities = {
        id: {key: identity.properties[key] for key in ("clientId", "principalId")}
        for id in request.get("identity.userAssignedIdentities", [])
        if (identity := request.cloud.get(id)) is not None
    }
    return {"type": "UserAssigned", "userAssignedIdentities": identities}


def _network(request: Request) -> dict[str, Any]:
    profile = dict(request.inputs["networkProfile"])
    if str(profile["outboundType"]).lower() == "loadbalancer":
        balancer = dict(profile.get("loadBalancerProfile") or {"managedOutboundIPs": {"count": 1}})
        given = get_path(balancer, "outboundIPs.publicIPs") or []
        profile["loadBalancerProfile"] = {**balancer, "effectiveOutboundIPs": [{"id": item["id"]} for item in given]}
    return profile


def _create_identity(request: Request, name: str) -> dict[str, Any]:
    """Creates an identity in the node resource group, as AKS does. Returns it in the form of the profiles."""
    cloud, id = request.cloud, f"{node_group_id(request)}/providers/{IDENTITY_KIND}/{name}"
    made = cloud.get(id)
    if made is None:
        made = Record(id, IDENTITY, {}, creation=cloud.next_creation(id), run=cloud.run)
        made.properties = {
            "name": name,
            "type": IDENTITY_KIND,
            "location": request.location,
            "principalId": made.stable_uuid("principal"),
            "clientId": made.stable_uuid("client"),
            "tenantId": request.client.tenant_id,
        }
        cloud.put(made)
    return {"resourceId": id, "clientId": made.properties["clientId"], "objectId": made.properties["principalId"]}


def _create_kubelet_identity(request: Request) -> dict[str, Any]:
    return {"kubeletidentity": _create_identity(request, f"{request.name}-agentpool")}


def _addons(request: Request) -> dict[str, Any]:
    return {
        name: (
            {**addon, "identity": _create_identity(request, f"{name.lower()}-{request.name}")}
            if addon.get("enabled") and name.lower() in ADDONS_WITH_IDENTITY
            else addon
        )
        for name, addon in request.get("addonProfiles", {}).items()
    }


def _after_write(request: Request, record: Record) -> None:
    _create_node_group(request, record)
    if request.old is None:
        request.cloud.delayed.pass_time()  # the creation of a cluster takes minutes


def _create_node_group(request: Request, record: Record) -> None:
    group = node_group_id(request)
    if request.cloud.get(group) is not None:
        return
    properties = {
        "name": arm_ids.name(group),
        "location": request.location,
        "managedBy": record.id,
        "type": RESOURCE_GROUP.kind,
        "azureApiVersion": RESOURCE_GROUP.schema.api_version,
        "properties": {"provisioningState": "Succeeded"},
    }
    request.cloud.put(
        Record(
            group, RESOURCE_GROUP.token, properties, creation=request.cloud.next_creation(group), run=request.cloud.run
        )
    )


def _delete_node_group(deletion: Deletion) -> None:
    cloud, record = deletion.cloud, deletion.record
    subscription = record.id.split("/resourceGroups/")[0]
    group = f"{subscription}/resourceGroups/{record.properties['nodeResourceGroup']}"
    for item in [*cloud.inside(group), *filter(None, [cloud.get(group)])]:
        cloud.drop(item.id)
        cloud.cascade_deleted.append(item.id)
        cloud.deleted_principals.update(filter(None, [item.properties.get("principalId")]))
    cloud.deleted_principals.update(filter(None, [get_path(record.properties, "identity.principalId")]))


_POOLS: Final = "agentPoolProfiles[]"


TYPE: Final = ArmType(
    token=CLUSTER,
    path=CLUSTER_PATH,
    location_required=True,
    force_new=(
        "location",
        "dnsPrefix",
        "fqdnSubdomain",
        "nodeResourceGroup",
        "linuxProfile",
        "windowsProfile",
        "diskEncryptionSetID",
        *(f"networkProfile.{name}" for name in NETWORK_REPLACEMENTS),
    ),
    limits={
        "resourceName": Limit(
            min_length=1, max_length=63, pattern=r"^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$"
        ),
        f"{_POOLS}.name": Limit(pattern=r"^[a-z][a-z0-9]{0,11}$"),
        f"{_POOLS}.osDiskSizeGB": Limit(minimum=0, maximum=2048),
        f"{_POOLS}.upgradeSettings.drainTimeoutInMinutes": Limit(minimum=1, maximum=1440),
        f"{_POOLS}.upgradeSettings.nodeSoakDurationInMinutes": Limit(minimum=0, maximum=30),
        "linuxProfile.adminUsername": Limit(pattern=r"^[A-Za-z][-A-Za-z0-9_]*$"),
        "networkProfile.podCidr": _CIDR,
        "networkProfile.serviceCidr": _CIDR,
        "networkProfile.dnsServiceIP": Limit(pattern=rf"^(?:{_IPV4}\.){{3}}{_IPV4}$"),
        "networkProfile.loadBalancerProfile.managedOutboundIPs.count": Limit(minimum=1, maximum=100),
        "networkProfile.loadBalancerProfile.allocatedOutboundPorts": Limit(minimum=0, maximum=64000),
        "networkProfile.loadBalancerProfile.idleTimeoutInMinutes": Limit(minimum=4, maximum=120),
        "networkProfile.natGatewayProfile.idleTimeoutInMinutes": Limit(minimum=4, maximum=120),
    },
    defaults={"enableRBAC": True, "supportPlan": "KubernetesOfficial", "sku": {"name": "Base", "tier": "Free"}},
    immutable=tuple(
        Immutable(path, remediation="create a new cluster, move the workloads, and delete this one")
        for path in (
            "dnsPrefix",
            "fqdnSubdomain",
            "nodeResourceGroup",
            "enableRBAC",
            "diskEncryptionSetID",
            "linuxProfile",
            "networkProfile.serviceCidr",
            "networkProfile.dnsServiceIP",
            "networkProfile.networkPlugin",
            "apiServerAccessProfile.enablePrivateCluster",
            "apiServerAccessProfile.privateDNSZone",
        )
    ),
    rules=(
        fill_network_defaults,
        refuse_identity,
        refuse_names,
        refuse_version,
        refuse_partial_versions,
        refuse_pools,
        refuse_security,
        refuse_autoscaler,
        refuse_tier,
        refuse_addons,
        refuse_mesh,
        refuse_dataplane,
        refuse_ranges,
        refuse_outbound,
        refuse_kubelet_identity,
        refuse_private_zone,
        refuse_api_server,
    ),
    outputs=_outputs,
    inline=(Inline("agentPoolProfiles", AGENT_POOL, "agentPoolName", keeps_omitted=True),),
    after_write=_after_write,
    exclusive_writes=ONE_OPERATION_PER_CLUSTER,
    delete_rules=(refuse_incomplete_delete,),
    after_delete=_delete_node_group,
)
