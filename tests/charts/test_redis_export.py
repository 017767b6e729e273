"""The daily export of Redis to Blob storage: its objects in Kubernetes and Azure."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.kubernetes.helm_charts import ChartError
from model.naming import region_names
from tests.charts.workloads import objects, settings_of, values_of, workload_of
from tests.unit.graph import Graph
from tests.unit.stacks import PROJECT, graph_of

PROD = PROJECT / "Pulumi.prod.yaml"
POLICY = "azure-native:storage:ManagementPolicy"
REGIONS = ("prod", "prod-westeurope", "prod-southeastasia")

DATABASE_JOBS = workload_of("database-jobs")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PROD)


def jobs(stack: str) -> dict[str, Any]:
    """The stack's database jobs, by name."""
    found = objects(DATABASE_JOBS, values_of("database-jobs", stack))
    return {item["metadata"]["name"]: item for item in found if item["kind"] == "CronJob"}


def container(job: Any) -> dict[str, Any]:
    (found,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return found


def environment(job: Any) -> dict[str, str]:
    return {variable["name"]: variable["value"] for variable in container(job)["env"]}


def rules(graph: Graph) -> dict[str, Any]:
    policy = graph.one(POLICY, "voice-eastus-data-storage-lifecycle")
    return {rule["name"]: rule["definition"] for rule in policy.value("policy.rules")}


@pytest.mark.requirement("B25")
@pytest.mark.parametrize("stack", REGIONS)
def test_every_region_exports_its_redis_daily(stack: str) -> None:
    job = jobs(stack)["database-jobs-redis"]
    minute, hour, *rest = job["spec"]["schedule"].split()
    assert minute.isdecimal()
    assert hour.isdecimal()
    assert (rest, job["spec"]["timeZone"]) == (["*", "*", "*"], "Etc/UTC")
    told = environment(job)
    names = region_names(settings_of(stack))
    assert told["HOST"] == f"{names.redis}.{settings_of(stack).this_region.location}.redis.azure.net"
    assert (told["PORT"], told["FOLDER"]) == ("10000", f"https://{names.blob_host}/backups/redis")


@pytest.mark.requirement("B25")
def test_host_and_account_of_an_export_match_azure(graph: Graph) -> None:
    settings_in_job = environment(jobs("prod")["database-jobs-redis"])
    redis = graph.one("azure-native:redisenterprise:RedisEnterprise")
    assert settings_in_job["HOST"].startswith(f"{redis.value('clusterName')}.{redis.value('location')}.")
    account = graph.one("azure-native:storage:StorageAccount", "voice-eastus-data-storage-account")
    assert settings_in_job["FOLDER"].startswith(
        f"https://{account.value('accountName')}.blob.core.windows.net/backups/"
    )


@pytest.mark.requirement("B25")
def test_an_export_uses_workload_identity(graph: Graph) -> None:
    template = jobs("prod")["database-jobs-redis"]["spec"]["jobTemplate"]["spec"]["template"]
    assert template["metadata"]["labels"]["azure.workload.identity/use"] == "true"
    assert template["spec"]["serviceAccountName"] == "database-jobs"
    variables = container(jobs("prod")["database-jobs-redis"])["env"]
    assert not [item for item in variables if "PASSWORD" in item["name"] or "KEY" in item["name"]]
    readers = graph.of_type("azure-native:redisenterprise:AccessPolicyAssignment")
    assert "databasejobs" in {reader.value("accessPolicyAssignmentName") for reader in readers}


@pytest.mark.requirement("B28")
@pytest.mark.parametrize("stack", ["prod", "staging"])
def test_the_primary_region_dumps_its_database(stack: str) -> None:
    job = jobs(stack)["database-jobs-dump"]
    told = environment(job)
    assert told["HOST"] == region_names(settings_of(stack)).postgresql_host
    assert told["CONTAINER"] == f"https://{region_names(settings_of(stack)).blob_host}/backups"
    assert job["spec"]["schedule"].split()[2:] == ["*", "*", "*"]


def test_a_region_with_a_replica_dumps_nothing() -> None:
    assert set(jobs("prod-westeurope")) == {"database-jobs-redis"}


def test_the_lifecycle_rule_deletes_only_old_exports(graph: Graph) -> None:
    exports = rules(graph)["backups-redis"]
    assert exports["filters"]["prefixMatch"] == ["backups/redis/"]
    assert exports["actions"]["baseBlob"] == {"delete": {"daysAfterModificationGreaterThan": 30}}
    assert environment(jobs("prod")["database-jobs-redis"])["FOLDER"].endswith("/backups/redis")
    assert "prefixMatch" not in rules(graph)["age"]["filters"]


def test_without_exports_there_is_no_job_and_no_rule() -> None:
    assert set(jobs("staging")) == {"database-jobs-dump"}
    assert "redis.sh" not in str(objects(DATABASE_JOBS, values_of("database-jobs", "staging")))
    assert set(rules(graph_of(PROJECT / "Pulumi.staging.yaml"))) == {"age"}


def test_the_disk_of_an_export_is_larger_than_redis() -> None:
    """Balanced_B20 has 24 GiB."""
    (work,) = [
        volume["ephemeral"]["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"]
        for volume in jobs("prod")["database-jobs-redis"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["volumes"]
        if volume["name"] == "work"
    ]
    assert work == "48Gi"


def test_a_chart_without_jobs_is_refused() -> None:
    values = {**values_of("database-jobs", "minimal"), "dump": {}}
    with pytest.raises(ChartError, match=r"nothing to do: name dump\.databases, or redis\.host"):
        objects(DATABASE_JOBS, values)
