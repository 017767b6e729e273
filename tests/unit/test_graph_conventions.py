"""Conventions that hold for the whole graph of every stack."""

from __future__ import annotations

import itertools
from pathlib import Path

import pulumi_azure_native
import pytest

from model.roles import Role
from settings.loader import load_stack_file
from settings.loader.stack_file import read_sections
from tests.unit.graph import Graph, Registered
from tests.unit.stack_variants import non_default
from tests.unit.stacks import PRODUCTION, PROJECT, STACKS, build_stack, edited, graph_of

TYPES = {
    "alertsmanagement:PrometheusRuleGroup",
    "applicationinsights:Component",
    "authorization:RoleAssignment",
    "containerregistry:CacheRule",
    "containerregistry:Registry",
    "containerregistry:Replication",
    "containerservice:AgentPool",
    "containerservice:MaintenanceConfiguration",
    "containerservice:ManagedCluster",
    "dashboard:Grafana",
    "dbforpostgresql:AdministratorsMicrosoftEntra",
    "dbforpostgresql:Database",
    "dbforpostgresql:Server",
    "dns:RecordSet",
    "dns:Zone",
    "keyvault:Secret",
    "keyvault:Vault",
    "managedidentity:FederatedIdentityCredential",
    "managedidentity:UserAssignedIdentity",
    "monitor:AzureMonitorWorkspace",
    "monitor:DataCollectionEndpoint",
    "monitor:DataCollectionRule",
    "monitor:DataCollectionRuleAssociation",
    "monitor:DiagnosticSetting",
    "network:ApplicationSecurityGroup",
    "network:FlowLog",
    "network:NatGateway",
    "network:NetworkSecurityGroup",
    "network:PrivateDnsZoneGroup",
    "network:PrivateEndpoint",
    "network:PublicIPAddress",
    "network:PublicIPPrefix",
    "network:Subnet",
    "network:VirtualNetwork",
    "network:VirtualNetworkPeering",
    "operationalinsights:Workspace",
    "privatedns:PrivateZone",
    "privatedns:VirtualNetworkLink",
    "redisenterprise:AccessPolicyAssignment",
    "redisenterprise:Database",
    "redisenterprise:RedisEnterprise",
    "resources:ResourceGroup",
    "storage:BlobContainer",
    "storage:BlobServiceProperties",
    "storage:ManagementPolicy",
    "storage:StorageAccount",
    "trafficmanager:Endpoint",
    "trafficmanager:Profile",
}
"""The Azure types that the program uses. A new type needs rules in the simulated Azure."""

OPEN_ON_PURPOSE = {
    # Callers and clients come from anywhere.
    ("application-gateway", "443"),
    ("application-gateway", "80"),
    ("livekit", "7881"),
    ("livekit", "7882-7889"),
    ("livekit", "3478"),
    ("livekit", "443"),
    ("workload", "443"),
    ("workload", "80"),
    # Carriers without a list of media addresses.
    ("sip", "16384-29999"),
}

SIMILAR = (PROJECT / "Pulumi.prod-southeastasia.yaml",)
"""Stacks that differ from another stack only in their region."""

EACH_CLASS = (PRODUCTION, PROJECT / "Pulumi.staging.yaml")

every_stack = pytest.mark.parametrize(
    "stack",
    [pytest.param(path, marks=[pytest.mark.exhaustive] if path in SIMILAR else [], id=path.name) for path in STACKS],
)


def azure(graph: Graph) -> list[Registered]:
    return [resource for resource in graph.resources if resource.type.startswith("azure-native:")]


def real(graph: Graph) -> list[Registered]:
    """The resources of a cloud or a cluster, without components."""
    return [resource for resource in graph.resources if resource.custom]


@every_stack
def test_every_resource_belongs_to_a_component(stack: Path) -> None:
    graph = graph_of(stack)
    for resource in real(graph):
        assert resource.parent != graph.stack, f"the parent of {resource.name} is the stack"
        assert not graph.get(resource.parent).custom, (
            f"the parent of {resource.name} is no component; long chains of parents multiply aliases"
        )


@every_stack
def test_every_child_is_named_for_its_component(stack: Path) -> None:
    graph = graph_of(stack)
    for resource in graph.resources:
        if resource.parent != graph.stack:
            parent = graph.get(resource.parent)
            assert resource.name.startswith(f"{parent.name}-"), f"{resource.name} in {parent.name}"


@every_stack
def test_every_component_registers_outputs(stack: Path) -> None:
    components = [resource for resource in graph_of(stack).resources if resource.type.startswith("voice:")]
    unfinished = [resource.name for resource in components if resource.registered_outputs is None]
    assert not unfinished, "the last statement of a component must be register_outputs"


@every_stack
def test_only_the_cluster_creates_a_provider_and_every_object_uses_it(stack: Path) -> None:
    graph = graph_of(stack)
    (provider,) = [resource for resource in graph.resources if resource.type.startswith("pulumi:providers:")]
    assert graph.get(provider.parent).type == "voice:index:AksCluster"
    for resource in real(graph):
        if resource.type.startswith("kubernetes:"):
            assert resource.provider.startswith(provider.urn)


@every_stack
def test_every_azure_resource_has_an_explicit_name(stack: Path) -> None:
    for resource in azure(graph_of(stack)):
        group_is_parent = "" if resource.type.endswith(":ResourceGroup") else "resourceGroupName"
        names = [
            key for key in resource.inputs if key.endswith(("Name", "name", "objectId")) and key != group_is_parent
        ]
        assert names, f"{resource.name} would get a random name, which is unknown in plans"


@every_stack
def test_only_listed_types_are_used(stack: Path) -> None:
    used = {resource.type.removeprefix("azure-native:") for resource in azure(graph_of(stack))}
    assert used <= TYPES


@every_stack
def test_every_taggable_resource_has_tags(stack: Path) -> None:
    for resource in azure(graph_of(stack)):
        module, _, kind = resource.type.removeprefix("azure-native:").partition(":")
        if hasattr(getattr(getattr(pulumi_azure_native, module), kind), "tags"):
            assert resource.inputs.get("tags", {}).get("managed-by") == "pulumi", f"{resource.name} has no tags"


IGNORED = {
    # With auto-grow Azure enlarges the storage, and storage cannot shrink.
    ("azure-native:dbforpostgresql:Server", ("storage.storageSizeGB",)),
    # Probe results are in writable properties; a refresh would add them to the plan.
    ("azure-native:trafficmanager:Endpoint", ("endpointMonitorStatus",)),
    ("azure-native:trafficmanager:Profile", ("monitorConfig.profileMonitorStatus",)),
}


@every_stack
def test_only_listed_properties_are_ignored(stack: Path) -> None:
    ignored = {(r.type, tuple(r.ignore_changes)) for r in graph_of(stack).resources if r.ignore_changes}
    assert ignored <= IGNORED


def test_storage_size_is_not_ignored_without_auto_grow() -> None:
    assert not [
        server.name for server in non_default().of_type("azure-native:dbforpostgresql:Server") if server.ignore_changes
    ]


@every_stack
def test_historic_aliases_are_removed(stack: Path) -> None:
    assert [resource.name for resource in azure(graph_of(stack)) if resource.aliases] == []


@every_stack
def test_irreplaceable_resources_are_protected_by_setting(stack: Path) -> None:
    kept = {
        "containerregistry:Registry",
        "containerservice:ManagedCluster",
        "dbforpostgresql:Database",
        "dbforpostgresql:Server",
        "dns:Zone",
        "keyvault:Vault",
        "network:PublicIPAddress",
        "network:PublicIPPrefix",
        "redisenterprise:Database",
        "redisenterprise:RedisEnterprise",
        "storage:BlobContainer",
        "storage:StorageAccount",
    }
    if load_stack_file(stack).global_part is None:
        # The zone of a region may be replaced: the region writes its new name servers to the environment's zone.
        kept.discard("dns:Zone")
    there = {resource.type for resource in graph_of(stack).resources}
    wanted = {f"azure-native:{type}" for type in kept} & there
    graph = graph_of(stack)
    protected = {resource.type for resource in graph.resources if resource.protect}
    media = {
        resource.name
        for resource in graph.of_type("azure-native:containerservice:AgentPool")
        if resource.inputs.get("enableNodePublicIP")
    }
    if load_stack_file(stack).stack_class == "production":
        assert protected == {*wanted, "azure-native:containerservice:AgentPool"}
        assert {
            resource.name for resource in graph.resources if resource.protect and "AgentPool" in resource.type
        } == media
    else:
        assert protected == set()


def test_a_retiring_media_pool_is_not_protected() -> None:
    graph = non_default()
    pools = {pool.inputs["agentPoolName"]: pool for pool in graph.of_type("azure-native:containerservice:AgentPool")}
    assert not pools["sip1a"].protect
    assert pools["sip1b"].protect
    assert pools["sip1a"].inputs["minCount"] == 0
    assert "voice.platform/retiring=true:NoSchedule" in pools["sip1a"].inputs["nodeTaints"]
    assert pools["sip1a"].inputs["nodePublicIPPrefixID"] == pools["sip1b"].inputs["nodePublicIPPrefixID"]


@every_stack
def test_the_kubeconfig_is_secret_everywhere(stack: Path) -> None:
    graph = graph_of(stack)
    assert graph.one("pulumi:providers:kubernetes").is_secret("kubeconfig")
    assert "kubeconfig" in graph.secret_exports


@every_stack
def test_only_ports_for_callers_are_open_to_the_internet(stack: Path) -> None:
    for group in graph_of(stack).of_type("azure-native:network:NetworkSecurityGroup"):
        purpose = group.name.split("-security-")[1]
        for rule in group.inputs["securityRules"]:
            sources = [rule.get("sourceAddressPrefix"), *rule.get("sourceAddressPrefixes", [])]
            if rule["access"] == "Allow" and {"*", "Internet", "0.0.0.0/0"} & set(sources):
                ranges = rule.get("destinationPortRanges") or [rule["destinationPortRange"]]
                for ports in ranges:
                    assert (purpose, ports) in OPEN_ON_PURPOSE, f"{purpose} opens {ports} to the internet"


GROUP_ROLES = {
    "-role-addresses": "AKS lists every address of the group before it takes the one that a Service names",
    "-role-external-dns-list": "external-dns finds its zone in the list of all zones of the group",
    "-grafana-monitoring": "Grafana shows what Azure Monitor has of the global part",
}
"""Roles for a whole resource group, each with its reason. They must be read-only."""
READING = (Role.READER, Role.MONITORING_READER)
EARLY_ROLES = {"-aks-deployer-user", "-aks-deployer-admin"}
"""The deployer's roles on clusters, for its group: they take effect while the cluster is created."""


@every_stack
def test_roles_are_known_and_assigned_for_one_resource(stack: Path) -> None:
    known = {role.value for role in Role}
    for assignment in graph_of(stack).of_type("azure-native:authorization:RoleAssignment"):
        assert assignment.inputs["roleDefinitionId"].rsplit("/", 1)[-1] in known
        assert assignment.inputs["principalType"] in {"User", "Group", "ServicePrincipal"}
        scope = assignment.inputs["scope"]
        if "/resourceGroups/" in scope and any(assignment.name.endswith(name) for name in GROUP_ROLES):
            assert assignment.inputs["roleDefinitionId"].rsplit("/", 1)[-1] in {r.value for r in READING}
            continue
        if any(assignment.name.endswith(name) for name in EARLY_ROLES):
            continue
        assert "/providers/" in scope, f"the scope of {assignment.name} is a whole group or subscription: {scope}"


@every_stack
def test_only_the_system_pool_is_inline(stack: Path) -> None:
    cluster = graph_of(stack).one("azure-native:containerservice:ManagedCluster")
    assert [(pool["name"], pool["mode"]) for pool in cluster.inputs["agentPoolProfiles"]] == [("system", "System")]


@every_stack
def test_no_pool_states_a_count_that_the_autoscaler_owns(stack: Path) -> None:
    graph = graph_of(stack)
    inline = graph.one("azure-native:containerservice:ManagedCluster").inputs["agentPoolProfiles"]
    pools = [pool.inputs for pool in graph.of_type("azure-native:containerservice:AgentPool")]
    for pool in [*inline, *pools]:
        assert pool["enableAutoScaling"]
        assert "count" not in pool


@pytest.mark.parametrize(
    "type", ["network:Subnet", "containerservice:AgentPool", "containerservice:MaintenanceConfiguration"]
)
@every_stack
def test_writes_to_one_parent_are_sequential(stack: Path, type: str) -> None:
    graph = graph_of(stack)
    chain = [resource.urn for resource in graph.of_type(f"azure-native:{type}")]
    for before, after in itertools.pairwise(chain):
        assert before in graph.get(after).dependencies, f"{after} can run concurrently with {before}"


@pytest.mark.parametrize(
    "stack",
    [pytest.param(path, marks=[] if path in EACH_CLASS else [pytest.mark.exhaustive], id=path.name) for path in STACKS],
)
def test_a_first_plan_has_the_same_resources_as_the_deployment(stack: Path) -> None:
    graph = build_stack(read_sections(stack), preview=True)
    assert sorted(resource.urn for resource in graph.resources) == sorted(
        resource.urn for resource in graph_of(stack).resources
    )


def test_the_program_has_under_40_lines() -> None:
    assert len((PROJECT / "__main__.py").read_text().splitlines()) < 40


def test_another_subscription_is_refused_before_any_declaration() -> None:
    sections = edited(read_sections(PRODUCTION), "azure.subscriptionId", "00000000-0000-4000-8000-00000000000f")
    with pytest.raises(Exception, match="belong to '00000000-0000-4000-8000-000000000001'"):
        build_stack(sections)
