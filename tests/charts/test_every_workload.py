"""Rules for every chart with every committed set of values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import pytest
import yaml
from _pytest.mark import ParameterSet

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.helm_charts import ChartError
from tests.charts.rendering import CHARTS, cluster
from tests.charts.workloads import (
    DEPLOYMENTS,
    WORKLOADS,
    Workload,
    containers,
    extends,
    kinds_of_values,
    objects,
    pod_templates,
    values_of,
)


def cases(workloads: Sequence[Workload]) -> list[ParameterSet]:
    """Each workload with each set of values; stacks that extend another one only in CI."""
    return [
        pytest.param(w, kind, id=f"{w.chart}-{kind}", marks=[pytest.mark.exhaustive] if extends(kind) else [])
        for w in workloads
        for kind in kinds_of_values(w)
    ]


API_SERVER_USES = ("/destinations.sh", "/registrar.sh", "NODE_ADDRESS", "LEASE")
"""Strings that identify a container that uses the API server."""

every_case = pytest.mark.parametrize(("workload", "kind"), cases(WORKLOADS))
every_deployment = pytest.mark.parametrize(("workload", "kind"), cases(DEPLOYMENTS))


@cache
def items(workload: Workload, kind: str) -> list[Object]:
    return objects(workload, values_of(workload.chart, kind))


def main_template(workload: Workload, kind: str) -> Object:
    return dict(pod_templates(items(workload, kind)))[f"Deployment/{workload.chart}"]


def test_every_chart_is_in_the_table_of_workloads() -> None:
    applications = {path.parent.name for path in CHARTS.glob("*/values.yaml")}
    known = {workload.chart for workload in WORKLOADS}
    assert not applications - known, f"model/workloads has no module for charts {sorted(applications - known)}"
    assert not known - applications, f"charts/ has no chart for workloads {sorted(known - applications)}"
    for workload in WORKLOADS:
        for name in ("Chart.yaml", "README.md", "values.schema.json", "templates/NOTES.txt"):
            assert (CHARTS / workload.chart / name).is_file(), f"{workload.chart} has no {name}"


@every_case
def test_every_object_is_valid(workload: Workload, kind: str) -> None:
    for item in items(workload, kind):
        problems = cluster().validate(item)
        assert not problems, f"{item['kind']} {item['metadata']['name']}: {problems}"


@every_case
def test_object_names_are_unique_and_labels_are_set(workload: Workload, kind: str) -> None:
    names = [
        (item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in items(workload, kind)
    ]
    assert len(names) == len(set(names))
    for item in items(workload, kind):
        labels = item["metadata"]["labels"]
        assert labels["app.kubernetes.io/name"] == workload.chart
        assert labels["app.kubernetes.io/part-of"] == "voice-platform"


@every_case
def test_rendering_is_deterministic(workload: Workload, kind: str) -> None:
    assert objects(workload, values_of(workload.chart, kind)) == items(workload, kind)


@every_case
def test_pods_run_without_root_and_privileges(workload: Workload, kind: str) -> None:
    for name, template in pod_templates(items(workload, kind)):
        security = template["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers(template):
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False, (name, container["name"])
            assert own["readOnlyRootFilesystem"] is True, (name, container["name"])
            assert own["capabilities"] == {"drop": ["ALL"]}, (name, container["name"])
            assert "privileged" not in own


@every_deployment
def test_only_media_pods_use_the_host_network(workload: Workload, kind: str) -> None:
    spec = main_template(workload, kind)["spec"]
    assert spec.get("hostNetwork", False) is workload.media
    if workload.media:
        assert spec["dnsPolicy"] == "ClusterFirstWithHostNet"
        for container in spec["containers"]:
            for port in container.get("ports", []):
                assert port["hostPort"] == port["containerPort"]
    for name, template in pod_templates(items(workload, kind)):
        if name != f"Deployment/{workload.chart}":
            assert "hostNetwork" not in template["spec"]


@every_case
def test_only_containers_that_use_the_api_server_mount_a_token(workload: Workload, kind: str) -> None:
    for name, template in pod_templates(items(workload, kind)):
        assert template["spec"]["automountServiceAccountToken"] is False, name
        for container in containers(template):
            mounts = [mount["name"] for mount in container.get("volumeMounts", [])]
            uses_api_server = any(word in json.dumps(container) for word in API_SERVER_USES)
            assert ("kubernetes" in mounts) <= uses_api_server, (name, container["name"])


@every_deployment
def test_pods_have_guaranteed_qos(workload: Workload, kind: str) -> None:
    for name, template in pod_templates(items(workload, kind)):
        for container in containers(template):
            resources = container["resources"]
            assert resources["requests"] == resources["limits"], (name, container["name"])
            assert {"cpu", "memory"} <= resources["limits"].keys()
    first = main_template(workload, kind)["spec"]["containers"][0]
    assert first["resources"]["limits"]["cpu"].isdecimal(), "whole CPUs"


@every_deployment
def test_liveness_probes_are_tcp_checks(workload: Workload, kind: str) -> None:
    for _, template in pod_templates(items(workload, kind)):
        for container in template["spec"]["containers"]:
            if "livenessProbe" in container:
                assert "tcpSocket" in container["livenessProbe"], container["name"]
    spec = main_template(workload, kind)["spec"]
    assert any("livenessProbe" in container for container in spec["containers"])
    assert any("readinessProbe" in container for container in spec["containers"])


@every_deployment
def test_pods_with_calls_are_not_evicted_and_have_a_sufficient_grace_period(workload: Workload, kind: str) -> None:
    template = main_template(workload, kind)
    annotations = template["metadata"].get("annotations") or {}
    assert (annotations.get("cluster-autoscaler.kubernetes.io/safe-to-evict") == "false") is workload.calls
    if workload.calls:
        defaults = yaml.safe_load((CHARTS / workload.chart / "values.yaml").read_text())["drain"]
        drain = {**defaults, **values_of(workload.chart, kind).get("drain", {})}
        needed = drain["deregistrationDelaySeconds"] + drain["maxCallSeconds"] + drain["uploadSeconds"]
        assert template["spec"]["terminationGracePeriodSeconds"] == drain["graceSeconds"] > needed


@pytest.mark.parametrize("workload", [w for w in WORKLOADS if w.calls], ids=lambda w: w.chart)
def test_a_grace_period_shorter_than_a_call_is_refused(workload: Workload) -> None:
    values = {**values_of(workload.chart, "minimal"), "drain": {"maxCallSeconds": 7200}}
    with pytest.raises(ChartError, match=r"drain\.graceSeconds is 3705; .* together need"):
        objects(workload, values)


@every_deployment
def test_rollouts_surge_by_one_and_budgets_allow_one_disruption(workload: Workload, kind: str) -> None:
    deployment = next(
        item
        for item in items(workload, kind)
        if item["kind"] == "Deployment" and item["metadata"]["name"] == workload.chart
    )
    assert deployment["spec"]["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
    }
    (budget,) = [item for item in items(workload, kind) if item["kind"] == "PodDisruptionBudget"]
    assert budget["spec"]["maxUnavailable"] == 1
    assert budget["spec"]["selector"] == deployment["spec"]["selector"]


@every_deployment
def test_pods_of_a_workload_have_required_anti_affinity(workload: Workload, kind: str) -> None:
    template = main_template(workload, kind)
    (term,) = template["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert term["labelSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items()


@pytest.mark.parametrize("workload", DEPLOYMENTS, ids=lambda w: w.chart)
def test_pods_select_active_generations_of_their_pool(workload: Workload) -> None:
    pool = values_of(workload.chart, "full")["pool"]
    spec = main_template(workload, "full")["spec"]
    (term,) = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    wanted = {e["key"]: e["values"] for e in term["matchExpressions"]}
    assert wanted == {"voice.platform/pool": [pool["name"]], "voice.platform/generation": pool["generations"]}
    assert {"key": pool["name"], "operator": "Equal", "value": "true", "effect": "NoSchedule"} in spec["tolerations"]


@every_case
def test_every_image_has_a_tag_or_digest(workload: Workload, kind: str) -> None:
    for _, template in pod_templates(items(workload, kind)):
        for container in containers(template):
            assert ":" in container["image"] or "@" in container["image"]


@pytest.mark.parametrize("workload", DEPLOYMENTS, ids=lambda w: w.chart)
def test_the_digest_is_part_of_the_image_reference(workload: Workload) -> None:
    digest = "sha256:" + "ab" * 32
    values = values_of(workload.chart, "minimal")
    values["image"] = {"repository": "registry.example/image", "tag": "1.2", "digest": digest}
    template = dict(pod_templates(objects(workload, values)))[f"Deployment/{workload.chart}"]
    assert template["spec"]["containers"][0]["image"] == f"registry.example/image:1.2@{digest}"


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.chart)
def test_an_image_without_tag_and_digest_is_refused(workload: Workload) -> None:
    values = {**values_of(workload.chart, "minimal"), "image": {"repository": "image"}}
    with pytest.raises(ChartError, match="image image has neither tag nor digest"):
        objects(workload, values)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.chart)
def test_an_unknown_value_is_refused(workload: Workload) -> None:
    with pytest.raises(ChartError, match="replcas"):
        objects(workload, {**values_of(workload.chart, "minimal"), "replcas": 2})


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.chart)
def test_secrets_are_referenced_by_name_only(workload: Workload) -> None:
    found = [item for item in items(workload, "full") if item["kind"] == "SecretProviderClass"]
    named = {
        yaml.safe_load(entry)["objectName"]
        for item in found
        for entry in yaml.safe_load(item["spec"]["parameters"]["objects"])["array"]
    }
    assert named == set(workload.secrets)
    assert not [item for item in items(workload, "full") if item["kind"] == "Secret"]
    for _, template in pod_templates(items(workload, "full")):
        for container in containers(template):
            for variable in container.get("env", []):
                assert not any(word in variable["name"] for word in ("PASSWORD", "_KEY", "_SECRET")) or (
                    "valueFrom" in variable or variable["value"].startswith("/") or variable["name"].endswith("_NAME")
                ), f"{container['name']}: {variable['name']}"


@pytest.mark.parametrize("workload", [w for w in WORKLOADS if w.secrets], ids=lambda w: w.chart)
def test_a_new_secret_generation_changes_the_pod_template(workload: Workload) -> None:
    values = values_of(workload.chart, "full")
    before = main_template(workload, "full")["metadata"].get("annotations") or {}
    changed = objects(workload, {**values, "secretGenerations": {workload.secrets[0]: "7"}})
    after = dict(pod_templates(changed))[f"Deployment/{workload.chart}"]["metadata"]["annotations"]
    assert after != before
    assert after[f"voice.platform/secret-{workload.secrets[0]}"] == "7"


@pytest.mark.parametrize("monitor", ["azure", "operator", "none"])
@pytest.mark.parametrize("workload", DEPLOYMENTS, ids=lambda w: w.chart)
def test_pod_monitors_match_the_metrics_setting(workload: Workload, monitor: str) -> None:
    values = {**values_of(workload.chart, "full"), "metrics": {"monitor": monitor, "intervalSeconds": 15}}
    found = objects(workload, values)
    monitors = [item for item in found if item["kind"] == "PodMonitor"]
    groups = {"azure": ["azmonitoring.coreos.com/v1"], "operator": ["monitoring.coreos.com/v1"], "none": []}
    assert [item["apiVersion"] for item in monitors] == groups[monitor]
    template = dict(pod_templates(found))[f"Deployment/{workload.chart}"]
    ports = {port["name"] for c in template["spec"]["containers"] for port in c.get("ports", [])}
    for item in monitors:
        assert {endpoint["port"] for endpoint in item["spec"]["podMetricsEndpoints"]} <= ports
        assert item["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()


@pytest.mark.parametrize("workload", [w for w in DEPLOYMENTS if w.scales], ids=lambda w: w.chart)
def test_with_autoscaling_the_deployment_has_no_replicas(workload: Workload) -> None:
    scaling = {
        "enabled": True,
        "minReplicas": 2,
        "maxReplicas": 9,
        "prometheusAddress": "https://prometheus",
        "authentication": "a",
    }
    found = objects(workload, {**values_of(workload.chart, "full"), "autoscaling": scaling})
    (scaler,) = [item for item in found if item["kind"] == "ScaledObject"]
    deployment = next(i for i in found if i["kind"] == "Deployment" and i["metadata"]["name"] == workload.chart)
    assert "replicas" not in deployment["spec"]
    assert (scaler["spec"]["minReplicaCount"], scaler["spec"]["maxReplicaCount"]) == (2, 9)
    down = scaler["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
    assert down["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 60}]
