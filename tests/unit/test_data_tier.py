"""The databases, Redis and storage accounts of a region."""

from __future__ import annotations

import pytest

from model.roles import Role
from tests.unit.graph import Graph, Registered
from tests.unit.stack_variants import minimal, non_default, recording_rooms, second_region
from tests.unit.stacks import PROJECT, graph_of

PROD = PROJECT / "Pulumi.prod.yaml"
SERVER = "azure-native:dbforpostgresql:Server"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PROD)


@pytest.fixture(scope="module")
def secondary() -> Graph:
    return second_region()


def servers(graph: Graph) -> dict[str, Registered]:
    return {server.name.removeprefix("voice-eastus-data-postgresql-"): server for server in graph.of_type(SERVER)}


@pytest.mark.requirement("B15", "B16", "B17", "C16", "K10")
def test_postgresql_is_a_managed_server_of_the_configured_size(graph: Graph) -> None:
    server = servers(graph)["server"]
    assert server.value("sku") == {"name": "Standard_D4ds_v5", "tier": "GeneralPurpose"}
    assert server.value("version") == "17"
    assert server.value("storage") == {"storageSizeGB": 256, "autoGrow": "Enabled"}


@pytest.mark.requirement("B18", "K3")
def test_backups_are_kept_seven_days_and_in_the_paired_region(graph: Graph) -> None:
    assert servers(graph)["server"].value("backup") == {"backupRetentionDays": 7, "geoRedundantBackup": "Enabled"}


@pytest.mark.requirement("B19")
def test_a_standby_is_in_another_zone(graph: Graph) -> None:
    assert servers(graph)["server"].value("highAvailability.mode") == "ZoneRedundant"


@pytest.mark.requirement("B20")
def test_two_read_replicas_are_created_in_sequence_after_everything_else(graph: Graph) -> None:
    found = servers(graph)
    first, second = found["replica-1"], found["replica-2"]
    for replica in (first, second):
        assert replica.value("createMode") == "Replica"
        assert replica.value("sourceServerResourceId").endswith(f"/{found['server'].value('serverName')}")
        assert "backup" not in replica.inputs, "Azure accepts no backup settings for a replica"
        assert "highAvailability" not in replica.inputs
    assert first.urn in second.dependencies
    (database,) = graph.of_type("azure-native:dbforpostgresql:Database")
    assert database.urn in first.dependencies, "creating a replica blocks other operations on the primary"


@pytest.mark.requirement("B21", "K4")
def test_postgresql_is_reachable_only_inside_the_network(graph: Graph) -> None:
    network = servers(graph)["server"].value("network")
    assert network["delegatedSubnetResourceId"].endswith("/snet-postgresql")
    assert network["privateDnsZoneArmResourceId"].endswith("/voice-prod-eastus.private.postgres.database.azure.com")


@pytest.mark.requirement("K4")
def test_postgresql_can_have_a_private_endpoint() -> None:
    graph = non_default()
    assert servers(graph)["server"].value("network") == {"publicNetworkAccess": "Disabled"}
    groups = {
        connection["groupIds"][0]
        for endpoint in graph.of_type("azure-native:network:PrivateEndpoint")
        for connection in endpoint.inputs["privateLinkServiceConnections"]
    }
    assert "postgresqlServer" in groups


@pytest.mark.requirement("B22")
def test_users_and_workloads_sign_in_to_postgresql_through_entra(graph: Graph) -> None:
    auth = servers(graph)["server"].value("authConfig")
    assert (auth["activeDirectoryAuth"], auth["passwordAuth"]) == ("Enabled", "Disabled")
    administrators = graph.of_type("azure-native:dbforpostgresql:AdministratorsMicrosoftEntra")
    assert [administrator.value("principalName") for administrator in administrators] == ["database-jobs"]


@pytest.mark.requirement("B68")
def test_another_region_has_a_replica_that_depends_on_the_peerings_to_its_primary(secondary: Graph) -> None:
    (server,) = secondary.of_type(SERVER)
    assert server.value("createMode") == "Replica"
    assert "/rg-voice-prod-eastus/" in server.value("sourceServerResourceId")
    peerings = {peering.urn for peering in secondary.of_type("azure-native:network:VirtualNetworkPeering")}
    assert len(peerings) == 2
    assert peerings <= set(server.dependencies)


def test_the_private_zones_of_databases_are_linked_in_both_directions(secondary: Graph) -> None:
    links = {
        (link.value("resourceGroupName"), link.value("virtualNetwork.id").rsplit("/", 1)[-1])
        for link in secondary.of_type("azure-native:privatedns:VirtualNetworkLink")
        if link.value("privateZoneName").endswith("postgres.database.azure.com")
    }
    assert links == {
        ("rg-voice-prod-westeurope", "vnet-voice-prod-westeurope"),
        ("rg-voice-prod-westeurope", "vnet-voice-prod-eastus"),
        ("rg-voice-prod-eastus", "vnet-voice-prod-westeurope"),
    }


@pytest.mark.requirement("K10")
def test_a_stack_with_an_external_database_has_no_server() -> None:
    assert minimal().of_type(SERVER) == []


@pytest.mark.requirement("B23", "B24", "B26", "K5")
def test_redis_is_managed_with_a_replica_and_one_endpoint(graph: Graph) -> None:
    cluster = graph.one("azure-native:redisenterprise:RedisEnterprise")
    assert cluster.value("sku.name") == "Balanced_B20"
    assert cluster.value("highAvailability") == "Enabled"
    assert "zones" not in cluster.inputs, "Azure chooses the zones"
    database = graph.one("azure-native:redisenterprise:Database")
    assert (database.value("clusteringPolicy"), database.value("port")) == ("EnterpriseCluster", 10000)
    assert database.value("clientProtocol") == "Encrypted"


@pytest.mark.requirement("B25", "K11")
def test_redis_writes_snapshots_every_hour(graph: Graph) -> None:
    database = graph.one("azure-native:redisenterprise:Database")
    assert database.value("persistence") == {"rdbEnabled": True, "rdbFrequency": "1h"}


@pytest.mark.requirement("C17", "K11")
def test_redis_can_persist_every_change_instead() -> None:
    database = non_default().one("azure-native:redisenterprise:Database")
    assert database.value("persistence") == {"aofEnabled": True, "aofFrequency": "1s"}


@pytest.mark.requirement("B23", "D17")
def test_workloads_that_support_it_sign_in_to_redis_by_identity(graph: Graph) -> None:
    assignments = graph.of_type("azure-native:redisenterprise:AccessPolicyAssignment")
    assert sorted(assignment.value("accessPolicyAssignmentName") for assignment in assignments) == [
        "databasejobs",
        "voiceagent",
    ]


def accounts(graph: Graph) -> dict[str, Registered]:
    return {
        account.name.removeprefix("voice-eastus-data-").removesuffix("-account"): account
        for account in graph.of_type("azure-native:storage:StorageAccount")
    }


@pytest.mark.requirement("A36", "B27", "B31")
def test_files_are_in_an_account_that_accepts_only_identities(graph: Graph) -> None:
    account = accounts(graph)["storage"]
    assert (account.value("kind"), account.value("sku.name"), account.value("accessTier")) == (
        "StorageV2",
        "Standard_GRS",
        "Hot",
    )
    assert account.value("allowSharedKeyAccess") is False
    assert account.value("allowBlobPublicAccess") is False
    assert account.value("minimumTlsVersion") == "TLS1_2"
    assert account.value("publicNetworkAccess") == "Disabled"


@pytest.mark.requirement("B29")
def test_recordings_of_rooms_have_a_separate_account_with_a_key() -> None:
    graph = recording_rooms()
    assert accounts(graph)["egress"].value("allowSharedKeyAccess") is True
    containers = {
        container.value("containerName"): container.value("accountName")
        for container in graph.of_type("azure-native:storage:BlobContainer")
    }
    assert containers["rooms"] == accounts(graph)["egress"].value("accountName")


@pytest.mark.requirement("B28", "D19")
def test_the_four_containers_exist(graph: Graph) -> None:
    account = accounts(graph)["storage"].value("accountName")
    containers = {
        container.value("containerName")
        for container in graph.of_type("azure-native:storage:BlobContainer")
        if container.value("accountName") == account
    }
    assert containers == {"conversations", "uploads", "recordings", "backups"}


@pytest.mark.requirement("B30")
def test_files_are_cooled_archived_and_deleted_by_age(graph: Graph) -> None:
    for policy in graph.of_type("azure-native:storage:ManagementPolicy"):
        (rule,) = [rule for rule in policy.value("policy.rules") if rule["name"] == "age"]
        actions = rule["definition"]["actions"]["baseBlob"]
        days = [
            actions[action]["daysAfterModificationGreaterThan"] for action in ("tierToCool", "tierToArchive", "delete")
        ]
        assert days == [30, 90, 365]


@pytest.mark.requirement("B31")
def test_deleted_files_can_be_restored_for_two_weeks(graph: Graph) -> None:
    services = {item.name: item for item in graph.of_type("azure-native:storage:BlobServiceProperties")}
    service = services["voice-eastus-data-storage-blobs"]
    assert service.value("deleteRetentionPolicy") == {"enabled": True, "days": 14}
    assert service.value("isVersioningEnabled") is True


@pytest.mark.requirement("B35")
def test_every_managed_service_has_a_private_endpoint_with_its_zone(graph: Graph) -> None:
    groups = sorted(
        connection["groupIds"][0]
        for endpoint in graph.of_type("azure-native:network:PrivateEndpoint")
        for connection in endpoint.inputs["privateLinkServiceConnections"]
    )
    assert groups == ["blob", "redisEnterprise", "registry", "vault"]
    zones = graph.of_type("azure-native:network:PrivateDnsZoneGroup")
    assert len(zones) == len(groups)
    assert all(zone.inputs["privateDnsZoneConfigs"] for zone in zones)


def writers(graph: Graph) -> set[tuple[str, str]]:
    """The workloads that can write, each with its container, from the names and scopes of role assignments."""
    return {
        (role.name.removeprefix("voice-eastus-data-storage-writer-"), role.inputs["scope"].rsplit("/", 1)[-1])
        for role in graph.of_type("azure-native:authorization:RoleAssignment")
        if role.inputs["roleDefinitionId"].endswith(Role.STORAGE_BLOB_DATA_CONTRIBUTOR.value)
        if role.name.startswith("voice-eastus-data-")
    }


@pytest.mark.requirement("B31", "B62")
def test_each_workload_can_write_only_to_its_own_containers(graph: Graph) -> None:
    assert writers(graph) == {
        ("freeswitch-recordings", "recordings"),
        ("voice-agent-conversations", "conversations"),
        ("voice-agent-uploads", "uploads"),
        ("database-jobs-backups", "backups"),
    }


@pytest.mark.requirement("D18", "K24")
def test_a_stack_can_have_a_document_database(graph: Graph) -> None:
    assert graph.of_type("azure-native:cosmosdb:DatabaseAccount") == []
    found = non_default()
    account = found.one("azure-native:cosmosdb:DatabaseAccount")
    assert account.value("capabilities") == [{"name": "EnableServerless"}]
    assert account.value("disableLocalAuth") is True
    container = found.one("azure-native:cosmosdb:SqlResourceSqlContainer")
    assert container.value("resource.partitionKey.paths") == ["/user_id"]


@pytest.mark.requirement("K24")
def test_a_document_database_can_scale_by_throughput() -> None:
    found = minimal()
    assert "capabilities" not in found.one("azure-native:cosmosdb:DatabaseAccount").inputs
    database = found.one("azure-native:cosmosdb:SqlResourceSqlDatabase")
    assert database.value("options.autoscaleSettings.maxThroughput") == 8000
