"""Requirements of the agent, verified on the objects and policies of the committed stacks."""

from __future__ import annotations

import pytest

from azure_rehearsal.kubernetes.helm_charts import ChartError
from components.voice_workloads.voice_workloads import workload_values
from model.identities import workload_accounts
from settings.loader.stack_file import PROJECT
from settings.schema.agent import SET_BY_CHART
from tests.charts.deployed import STACKS_OF_CLASSES, container, file, named, of_kind, pod, selected_pool
from tests.charts.freeswitch_configuration import actions, contexts, document
from tests.charts.workloads import DEPLOYMENTS, objects, settings_of, values_of
from tests.unit.admission import NODE, Admission, address
from tests.unit.admission import pod as pod_of
from tests.unit.stacks import PRODUCTION, graph_of

every_class = pytest.mark.parametrize("stack", STACKS_OF_CLASSES)
CHART = next(workload for workload in DEPLOYMENTS if workload.chart == "voice-agent")
WATCH = next(workload for workload in DEPLOYMENTS if workload.chart == "agent-watch")
AGENT = pod_of("voice-agents", "voice-agent")
INTERNET = address("198.51.100.1")


@pytest.fixture(scope="module")
def admission() -> Admission:
    return Admission(graph_of(PRODUCTION))


@pytest.mark.requirement("A2", "B13")
@every_class
def test_the_agent_runs_the_users_image_with_its_entry_point(stack: str) -> None:
    settings = settings_of(stack)
    (only,) = pod(stack, "voice-agent")["containers"]
    assert "initContainers" not in pod(stack, "voice-agent")
    assert settings.images.voice_agent.repository in only["image"]
    assert "command" not in only, "the image determines the command unless the stack overrides it"
    assert "args" not in only
    variables = {entry["name"] for entry in only["env"]}
    assert {"LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"} <= variables, "LiveKit Agents reads them"
    assert {"LIVEKIT_URL", "NUM_CPUS"} <= set(named(stack, "voice-agent", "ConfigMap")["data"])


@pytest.mark.requirement("A2")
def test_the_agents_command_is_configurable() -> None:
    values = {**values_of("voice-agent", "prod"), "command": ["python3.11", "main.py", "start"]}
    (deployment,) = [item for item in objects(CHART, values) if item["kind"] == "Deployment"]
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    assert only["command"] == ["python3.11", "main.py", "start"]


@pytest.mark.requirement("A3", "K1")
def test_only_nodes_reach_the_agent_socket_and_each_call_has_a_token(admission: Admission) -> None:
    ports = {p["name"]: p["containerPort"] for p in container("prod", "voice-agent", "agent")["ports"]}
    assert (ports["webhook"], ports["socket"]) == (8000, 8001)
    assert admission.admits(NODE, AGENT, ports["socket"])
    for other in (INTERNET, pod_of("voice-apps", "shop"), pod_of("voice-edge", "sip-edge"), AGENT):
        assert not admission.admits(other, AGENT, ports["socket"])
    direct = document({**values_of("freeswitch", "prod"), "bridge": {"to": "agentSocket"}})
    call = actions(contexts(direct)["inbound"], "+4930123456")
    proof = next(data for application, data in call if data.startswith("voice_token="))
    assert "CALL_TOKEN_KEY" in proof
    assert "${uuid}" in proof, "the token is specific to the call"
    assert "CALL_TOKEN_KEY" in {entry["name"] for entry in container("prod", "voice-agent", "agent")["env"]}


@pytest.mark.requirement("A4")
@every_class
def test_livekit_sends_webhooks_to_the_agent_service(stack: str, admission: Admission) -> None:
    urls = file(stack, "livekit", "livekit.yaml")["webhook"]["urls"]
    assert urls == ["http://voice-agent.voice-agents.svc.cluster.local:8000/webhook"]
    (port,) = [p for p in named(stack, "voice-agent", "Service")["spec"]["ports"] if p["port"] == 8000]
    assert port["targetPort"] == "webhook"
    assert admission.admits(NODE, AGENT, 8000), "LiveKit uses the host network"


def test_livekit_also_sends_webhooks_to_agent_watch() -> None:
    settings = settings_of("prod")
    watch = settings.agent_watch.model_copy(update={"enabled": True, "look_seconds": 1.0})
    values = workload_values(settings.model_copy(update={"agent_watch": watch}), None)
    agents, watcher = values["livekit"]["webhooks"]
    assert agents == "http://voice-agent.voice-agents.svc.cluster.local:8000/webhook"
    found = objects(WATCH, values["agent-watch"])
    (service,) = [item for item in found if item["kind"] == "Service"]
    (port,) = service["spec"]["ports"]
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc.cluster.local"
    assert watcher == f"http://{host}:{port['port']}/webhook"
    (deployment,) = [item for item in found if item["kind"] == "Deployment"]
    assert deployment["spec"]["replicas"] == 2
    (container_,) = deployment["spec"]["template"]["spec"]["containers"]
    assert {"name": "LOOK_SECONDS", "value": "1"} in container_["env"]
    (role,) = [item for item in found if item["kind"] == "Role"]
    assert role["rules"] == [
        {
            "apiGroups": ["coordination.k8s.io"],
            "resources": ["leases"],
            "resourceNames": ["agent-watch"],
            "verbs": ["get", "update"],
        }
    ]
    assert "agent-watch" not in workload_values(settings, None), "off by default"


@pytest.mark.requirement("A5", "K2")
@every_class
def test_only_probes_reach_the_agents_health_port(stack: str, admission: Admission) -> None:
    only = container(stack, "voice-agent", "agent")
    assert {p["name"]: p["containerPort"] for p in only["ports"]}["health"] == 8081
    assert {only[probe]["httpGet"]["port"] for probe in ("readinessProbe", "startupProbe")} == {"health"}
    assert not [p for p in named(stack, "voice-agent", "Service")["spec"]["ports"] if p["targetPort"] == "health"]
    for other in (INTERNET, pod_of("voice-apps", "shop"), pod_of("voice-edge", "sip-edge")):
        assert not admission.admits(other, AGENT, 8081)
    assert admission.admits(AGENT, NODE, 7880), "the agent connects to LiveKit"


@pytest.mark.requirement("A6", "K2")
@every_class
def test_the_agent_service_is_internal(stack: str) -> None:
    (service,) = of_kind(stack, "voice-agent", "Service")
    assert service["spec"]["type"] == "ClusterIP"
    assert not {"externalIPs", "loadBalancerIP", "externalName"} & service["spec"].keys()
    assert not [p for p in container(stack, "voice-agent", "agent")["ports"] if "hostPort" in p]


@pytest.mark.requirement("A7")
def test_agents_reach_the_internet_only_on_port_443(admission: Admission) -> None:
    assert admission.admits(AGENT, INTERNET, 443), "Firebase, OpenAI, Deepgram and Cartesia answer on 443"
    for port in (25, 80, 5060, 8080):
        assert not admission.admits(AGENT, INTERNET, port)


@pytest.mark.requirement("A12")
def test_models_voices_paths_and_trunks_are_in_config_maps() -> None:
    settings = settings_of("prod")
    own = {"OPENAI_MODEL": "a-model", "VOICE_ID": "a-voice", "FIREBASE_CREDENTIALS": "/secrets/service.json"}
    agent = settings.agent.model_copy(update={"environment": own})
    values = workload_values(settings.model_copy(update={"agent": agent}), None)["voice-agent"]
    (config,) = [item for item in objects(CHART, values) if item["kind"] == "ConfigMap"]
    assert own.items() <= config["data"].items()
    assert file("prod", "livekit-sip", "outbound.json")["address"].startswith("freeswitch.voice-media.")


def test_reserved_variables_match_the_chart() -> None:
    values = {**values_of("voice-agent", "minimal"), "environment": {"UV_CACHE_DIR": None, "UV_NO_SYNC": None}}
    (config,) = [item for item in objects(CHART, values) if item["kind"] == "ConfigMap"]
    assert config["data"].keys() == SET_BY_CHART


@every_class
def test_the_chart_sets_the_variables_of_livekit_agents_and_of_the_contract(stack: str) -> None:
    config = named(stack, "voice-agent", "ConfigMap")["data"]
    # Source: worker.py and utils/hw/cpu.py of livekit-agents 1.8.9.
    read = {"LIVEKIT_URL", "LIVEKIT_AGENT_NAME", "NUM_CPUS"}
    assert {name for name in config if name.startswith(("LIVEKIT_", "NUM_", "PROMETHEUS_"))} == read
    contract = (PROJECT / "charts" / "voice-agent" / "README.md").read_text()
    assert [name for name in config if name.startswith("VOICE_") and f"`{name}`" not in contract] == []


def test_scaling_up_later_than_workers_refuse_calls_is_refused() -> None:
    values = {**values_of("voice-agent", "full"), "load": {"refuseAt": 0.5, "scaleUpAt": 0.5}}
    with pytest.raises(ChartError, match=r"load\.scaleUpAt is 0\.5; it must be below load\.refuseAt, 0\.5"):
        objects(CHART, values)


@pytest.mark.requirement("A12", "A9")
@every_class
def test_agent_secrets_are_not_in_config_maps(stack: str) -> None:
    secret = {entry["name"] for entry in container(stack, "voice-agent", "agent")["env"]}
    assert not secret & named(stack, "voice-agent", "ConfigMap")["data"].keys()
    assert all("secretKeyRef" in entry["valueFrom"] for entry in container(stack, "voice-agent", "agent")["env"])


@pytest.mark.requirement("B13")
@pytest.mark.parametrize(("chart", "pool"), [("livekit", "livekit"), ("voice-agent", "agents")])
def test_livekit_and_agents_run_on_dedicated_pools(chart: str, pool: str) -> None:
    spec = pod("prod", chart)
    assert selected_pool(spec) == pool
    assert {"key": pool, "operator": "Equal", "value": "true", "effect": "NoSchedule"} in spec["tolerations"]
    pools = [
        item.inputs
        for item in graph_of(PRODUCTION).of_type("azure-native:containerservice:AgentPool")
        if item.inputs["nodeLabels"]["voice.platform/pool"] == pool
    ]
    assert pools
    for found in pools:
        assert f"{pool}=true:NoSchedule" in found["nodeTaints"], "the taint keeps other pods away"


def test_the_agent_is_known_to_azure_by_its_account() -> None:
    (own,) = [account for account in workload_accounts(settings_of("prod")) if account.name == "voice-agent"]
    assert named("prod", "voice-agent", "Deployment")["metadata"]["namespace"] == own.namespace
    assert pod("prod", "voice-agent")["serviceAccountName"] == own.name
