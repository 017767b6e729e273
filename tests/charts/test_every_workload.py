"""What holds for every chart, with every committed set of its values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import pytest
import yaml
from _pytest.mark import ParameterSet

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.helm_charts import ChartProblem
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
    """Each workload with each set of its values; those of stacks that extend another only in CI."""
    return [
        pytest.param(w, kind, id=f"{w.chart}-{kind}", marks=[pytest.mark.exhaustive] if extends(kind) else [])
        for w in workloads
        for kind in kinds_of_values(w)
    ]


USES_OF_A_TOKEN = ("/destinations.sh", "/registrar.sh", "NODE_ADDRESS", "LEASE")
"""What names a program that asks the API server, in its container."""

every_case = pytest.mark.parametrize(("workload", "kind"), cases(WORKLOADS))
every_deployment = pytest.mark.parametrize(("workload", "kind"), cases(DEPLOYMENTS))


@cache
def items(workload: Workload, kind: str) -> list[Object]:
    return objects(workload, values_of(workload.chart, kind))


def main_template(workload: Workload, kind: str) -> Object:
    return dict(pod_templates(items(workload, kind)))[f"Deployment/{workload.chart}"]


def test_every_chart_is_in_the_table() -> None:
    applications = {path.parent.name for path in CHARTS.glob("*/values.yaml")}
    assert applications == {workload.chart for workload in WORKLOADS}
    for workload in WORKLOADS:
        for name in ("Chart.yaml", "README.md", "values.schema.json", "templates/NOTES.txt"):
            assert (CHARTS / workload.chart / name).is_file(), f"{workload.chart} has no {name}"


@every_case
def test_kubernetes_takes_every_object(workload: Workload, kind: str) -> None:
    for item in items(workload, kind):
        problems = cluster().validate(item)
        assert not problems, f"{item['kind']} {item['metadata']['name']}: {problems}"


@every_case
def test_objects_are_named_once_and_labelled(workload: Workload, kind: str) -> None:
    seen = [
        (item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in items(workload, kind)
    ]
    assert len(seen) == len(set(seen))
    for item in items(workload, kind):
        labels = item["metadata"]["labels"]
        assert labels["app.kubernetes.io/name"] == workload.chart
        assert labels["app.kubernetes.io/part-of"] == "voice-platform"


@every_case
def test_rendering_twice_gives_the_same(workload: Workload, kind: str) -> None:
    assert objects(workload, values_of(workload.chart, kind)) == items(workload, kind)


@every_case
def test_no_pod_may_become_root_or_gain_privileges(workload: Workload, kind: str) -> None:
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
def test_only_media_pods_are_on_the_network_of_their_node(workload: Workload, kind: str) -> None:
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
def test_no_container_has_a_token_that_it_does_not_use(workload: Workload, kind: str) -> None:
    for name, template in pod_templates(items(workload, kind)):
        assert template["spec"]["automountServiceAccountToken"] is False, name
        for container in containers(template):
            mounts = [mount["name"] for mount in container.get("volumeMounts", [])]
            asks = any(word in json.dumps(container) for word in USES_OF_A_TOKEN)
            assert ("kubernetes" in mounts) <= asks, (name, container["name"])


@every_deployment
def test_pods_have_the_guaranteed_class(workload: Workload, kind: str) -> None:
    for name, template in pod_templates(items(workload, kind)):
        for container in containers(template):
            resources = container["resources"]
            assert resources["requests"] == resources["limits"], (name, container["name"])
            assert {"cpu", "memory"} <= resources["limits"].keys()
    first = main_template(workload, kind)["spec"]["containers"][0]
    assert first["resources"]["limits"]["cpu"].isdecimal(), "whole CPUs"


@every_deployment
def test_liveness_asks_only_whether_something_listens(workload: Workload, kind: str) -> None:
    for _, template in pod_templates(items(workload, kind)):
        for container in template["spec"]["containers"]:
            if "livenessProbe" in container:
                assert "tcpSocket" in container["livenessProbe"], container["name"]
    spec = main_template(workload, kind)["spec"]
    assert any("livenessProbe" in container for container in spec["containers"])
    assert any("readinessProbe" in container for container in spec["containers"])


@every_deployment
def test_a_pod_that_carries_calls_is_not_evicted_and_has_time_to_end_them(workload: Workload, kind: str) -> None:
    template = main_template(workload, kind)
    annotations = template["metadata"].get("annotations") or {}
    assert (annotations.get("cluster-autoscaler.kubernetes.io/safe-to-evict") == "false") is workload.calls
    if workload.calls:
        defaults = yaml.safe_load((CHARTS / workload.chart / "values.yaml").read_text())["drain"]
        drain = {**defaults, **values_of(workload.chart, kind).get("drain", {})}
        needed = drain["deregistrationDelaySeconds"] + drain["maxCallSeconds"] + drain["uploadSeconds"]
        assert template["spec"]["terminationGracePeriodSeconds"] == drain["graceSeconds"] > needed


@pytest.mark.parametrize("workload", [w for w in WORKLOADS if w.calls], ids=lambda w: w.chart)
def test_a_grace_period_that_would_cut_calls_is_refused(workload: Workload) -> None:
    values = {**values_of(workload.chart, "minimal"), "drain": {"maxCallSeconds": 7200}}
    with pytest.raises(ChartProblem, match=r"drain\.graceSeconds is 3705; .* together need"):
        objects(workload, values)


@every_deployment
def test_a_rollout_starts_a_new_pod_before_it_ends_an_old_one(workload: Workload, kind: str) -> None:
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
def test_two_pods_of_a_workload_never_share_a_node(workload: Workload, kind: str) -> None:
    template = main_template(workload, kind)
    (term,) = template["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert term["labelSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items()


@pytest.mark.parametrize("workload", DEPLOYMENTS, ids=lambda w: w.chart)
def test_pods_run_on_their_pool_and_not_on_a_retiring_generation(workload: Workload) -> None:
    pool = values_of(workload.chart, "full")["pool"]
    spec = main_template(workload, "full")["spec"]
    (term,) = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    wanted = {e["key"]: e["values"] for e in term["matchExpressions"]}
    assert wanted == {"voice.platform/pool": [pool["name"]], "voice.platform/generation": pool["generations"]}
    assert {"key": pool["name"], "operator": "Equal", "value": "true", "effect": "NoSchedule"} in spec["tolerations"]


@every_case
def test_an_image_is_named_whole(workload: Workload, kind: str) -> None:
    for _, template in pod_templates(items(workload, kind)):
        for container in containers(template):
            assert ":" in container["image"] or "@" in container["image"]


@pytest.mark.parametrize("workload", DEPLOYMENTS, ids=lambda w: w.chart)
def test_a_digest_is_part_of_the_image(workload: Workload) -> None:
    digest = "sha256:" + "ab" * 32
    values = values_of(workload.chart, "minimal")
    values["image"] = {"repository": "registry.example/image", "tag": "1.2", "digest": digest}
    template = dict(pod_templates(objects(workload, values)))[f"Deployment/{workload.chart}"]
    assert template["spec"]["containers"][0]["image"] == f"registry.example/image:1.2@{digest}"


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.chart)
def test_an_image_without_tag_and_digest_is_refused(workload: Workload) -> None:
    values = {**values_of(workload.chart, "minimal"), "image": {"repository": "image"}}
    with pytest.raises(ChartProblem, match="image image has neither tag nor digest"):
        objects(workload, values)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.chart)
def test_a_value_that_the_chart_does_not_know_is_refused(workload: Workload) -> None:
    with pytest.raises(ChartProblem, match="replcas"):
        objects(workload, {**values_of(workload.chart, "minimal"), "replcas": 2})


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.chart)
def test_secrets_are_read_by_name_and_appear_nowhere(workload: Workload) -> None:
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
def test_a_new_generation_of_a_secret_rolls_the_pods(workload: Workload) -> None:
    values = values_of(workload.chart, "full")
    before = main_template(workload, "full")["metadata"].get("annotations") or {}
    rolled = objects(workload, {**values, "secretGenerations": {workload.secrets[0]: "7"}})
    after = dict(pod_templates(rolled))[f"Deployment/{workload.chart}"]["metadata"]["annotations"]
    assert after != before
    assert after[f"voice.platform/secret-{workload.secrets[0]}"] == "7"


@pytest.mark.parametrize("monitor", ["azure", "operator", "none"])
@pytest.mark.parametrize("workload", DEPLOYMENTS, ids=lambda w: w.chart)
def test_metrics_are_read_where_the_stack_says(workload: Workload, monitor: str) -> None:
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


@pytest.mark.parametrize(
    "workload",
    [w for w in DEPLOYMENTS if w.chart not in ("sip-edge", "livekit-egress", "agent-watch")],
    ids=lambda w: w.chart,
)
def test_the_autoscaler_owns_the_number_of_pods_where_it_is_on(workload: Workload) -> None:
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
