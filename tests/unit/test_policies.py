"""The allowed flows in the cluster, computed from its network policies."""

from __future__ import annotations

import pytest
import yaml

from components.platform_services.policy_rules import policy_groups
from model.flow import Flow
from model.flows import flows
from model.identities import CONTROLLER_ACCOUNTS
from model.kubernetes import NAMESPACES
from model.permissions import WorkloadAccount
from model.policy_endpoints import Pods
from model.ports import Ports
from model.scrape_targets import scrape_targets
from model.workloads import CATALOG
from model.workloads.workload import Instance
from settings.loader import load_stack_file
from settings.loader.stack_file import read_sections
from tests.unit.admission import (
    API_SERVER,
    CILIUM,
    NODE,
    OWN_NODE,
    PLAIN,
    Admission,
    Place,
    Pod,
    address,
    pod,
)
from tests.unit.graph import Graph
from tests.unit.optional_workloads import OPTIONAL, with_digests
from tests.unit.stack_variants import minimal
from tests.unit.stacks import PRODUCTION, PROJECT, build_stack, edited, graph_of
from tools.flows_page import PAGE, STAGING, page

NAMES = [namespace.name for namespace in NAMESPACES]
AGENT = pod("voice-agents", "voice-agent")
EDGE = pod("voice-edge", "sip-edge")
GATEWAY = Pod("voice-system", {"app.kubernetes.io/name": "envoy", "app.kubernetes.io/component": "proxy"})
TUNNEL = Pod("kube-system", {"app": "konnectivity-agent"})
OWN_SERVICE = pod("voice-apps", "shop")
JOBS = pod("voice-system", "database-jobs")
INTERNET = address("198.51.100.1")
METADATA = address("169.254.169.254")
REDIS = address("10.10.13.5")
DATABASE = address("10.10.12.4")
OTHER_REGIONS_DATABASE = address("10.20.12.4")

EVERYTHING = {
    "telephony": {"concurrentCalls": 10},
    **{section: {"enabled": True} for section in OPTIONAL},
    "freeswitch": {"eventSocket": "private"},
    "livekitSip": {"manageTrunks": True},
    "metrics": {"backend": "inCluster"},
    "tracing": {"exporters": ["applicationInsights", "jaeger"]},
    "delivery": {"reloader": True, "gitOps": {"repository": "https://git.example.com/services"}},
    "certificates": {"issuer": "letsencrypt", "email": "a@example.com", "copyToKeyVault": True},
    "gateway": {
        "routes": [
            {"host": "shop.voice.example.com", "namespace": "voice-apps", "service": "shop", "port": 80},
            {"host": "media.voice.example.com", "namespace": "voice-media", "service": "media", "port": 9443},
        ]
    },
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PRODUCTION)


@pytest.fixture(scope="module")
def admission(graph: Graph) -> Admission:
    return Admission(graph)


@pytest.fixture(scope="module")
def everything() -> Graph:
    """A stack with all optional services."""
    sections = with_digests(read_sections(PRODUCTION))
    for section, value in EVERYTHING.items():
        sections = edited(sections, section, {**sections.get(section, {}), **value})
    return build_stack(edited(sections, "dns.delegated", True))


@pytest.mark.requirement("A33")
def test_only_flows_admit_traffic(graph: Graph) -> None:
    denials = {
        item.inputs["metadata"]["namespace"]: item
        for item in graph.of_type(PLAIN)
        if item.inputs["metadata"]["name"] == "default-deny"
    }
    assert set(denials) == set(NAMES)
    for namespace, item in denials.items():
        assert item.inputs["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        admitted = {
            other.urn
            for other in (*graph.of_type(PLAIN), *graph.of_type(CILIUM))
            if other.inputs["metadata"]["namespace"] == namespace and other.urn != item.urn
        }
        assert admitted <= set(item.dependencies), "a denial without its flows interrupts running pods"


@pytest.mark.parametrize("stack", ["graph", "everything"])
def test_every_rule_has_peers_and_ports(stack: str, request: pytest.FixtureRequest) -> None:
    """In Kubernetes a rule without peers applies to all peers, and one without ports to all ports."""
    graph: Graph = request.getfixturevalue(stack)
    for item in (*graph.of_type(PLAIN), *graph.of_type(CILIUM)):
        spec = item.inputs["spec"]
        for word, rules in (("from", spec.get("ingress", [])), ("to", spec.get("egress", []))):
            for rule in rules:
                peers = [rule.get(word), rule.get(f"{word}Entities"), rule.get(f"{word}CIDRSet")]
                assert len([peer for peer in peers if peer]) == 1, f"{item.name}: {rule}"
                assert rule.get("ports") or rule["toPorts"][0]["ports"], f"{item.name}: {rule}"


@pytest.mark.parametrize("namespace", NAMES)
def test_all_pods_reach_dns_with_and_without_a_proxy_on_the_node(admission: Admission, namespace: str) -> None:
    anybody = Pod(namespace, {"app": "any"})
    for protocol in ("UDP", "TCP"):
        assert admission.admits(anybody, Pod("kube-system", {"k8s-app": "kube-dns"}), 53, protocol)
        assert admission.admits(anybody, OWN_NODE, 53, protocol)
        assert admission.admits(anybody, address("169.254.10.11"), 53, protocol)
    assert not admission.admits(anybody, OWN_NODE, 10250)


@pytest.mark.requirement("A33")
def test_only_nodes_reach_the_socket_of_agents(admission: Admission) -> None:
    assert admission.admits(NODE, AGENT, 8001), "FreeSWITCH is on the network of its node"
    for source in (OWN_SERVICE, EDGE, GATEWAY, pod("voice-agents", "livekit-egress"), INTERNET):
        assert not admission.admits(source, AGENT, 8001), f"{source} reaches a socket without authentication"


def test_agent_watch_has_flows_only_with_livekit_and_the_api_server(admission: Admission, everything: Graph) -> None:
    watcher, with_agent_watch = pod("voice-agents", "agent-watch"), Admission(everything)
    assert with_agent_watch.admits(NODE, watcher, 8000), "LiveKit's webhooks come from its node"
    assert with_agent_watch.admits(watcher, NODE, 7880)
    assert with_agent_watch.admits(watcher, API_SERVER, 443)
    for source in (OWN_SERVICE, EDGE, GATEWAY, INTERNET):
        assert not with_agent_watch.admits(source, watcher, 8000), source
    for target in (INTERNET, REDIS, DATABASE, AGENT):
        assert not with_agent_watch.admits(watcher, target, 443), target
    assert not admission.admits(NODE, watcher, 8000), "the flow exists only with agent-watch"


def test_agents_reach_only_rooms_services_files_redis_and_the_database(admission: Admission, everything: Graph) -> None:
    assert admission.admits(AGENT, NODE, 7880)
    assert admission.admits(AGENT, NODE, 7885, "UDP")
    assert admission.admits(AGENT, INTERNET, 443)
    assert admission.admits(AGENT, REDIS, 10000)
    assert admission.admits(AGENT, REDIS, 443)
    assert admission.admits(AGENT, GATEWAY, 10443), "LiveKit's public name resolves to the Gateway inside the cluster"
    assert not admission.admits(AGENT, address("10.20.13.5"), 10000), "agents use Redis and files of their region"
    assert admission.admits(AGENT, DATABASE, 5432)
    assert not admission.admits(AGENT, NODE, 8021), "agents do not use the event socket by default"
    assert Admission(everything).admits(AGENT, NODE, 8021), "a setting opens the event socket"
    assert not admission.admits(AGENT, API_SERVER, 443)
    assert not admission.admits(AGENT, INTERNET, 25)


def test_the_tunnel_of_the_api_server_reaches_the_metrics_of_agents(admission: Admission) -> None:
    assert admission.admits(TUNNEL, AGENT, 9091)
    assert not admission.admits(TUNNEL, AGENT, 8001)
    assert not admission.admits(OWN_SERVICE, AGENT, 9091)


def test_no_pod_reaches_the_metadata_service_of_nodes(everything: Graph) -> None:
    admission = Admission(everything)
    for item in everything.of_type(PLAIN):
        labels = item.inputs["spec"]["podSelector"].get("matchLabels", {})
        pods = Pod(item.inputs["metadata"]["namespace"], labels)
        for port in (80, 443):
            assert not admission.admits(pods, METADATA, port)
            assert not admission.admits(pods, address("168.63.129.16"), port)


def test_only_carriers_can_send_calls_to_the_sip_edge(admission: Admission) -> None:
    (carrier, *_) = load_stack_file(PRODUCTION).telephony.carriers
    inside = str(carrier.signalling_cidrs[0]).partition("/")[0]
    for port, protocol in ((5060, "UDP"), (5060, "TCP"), (5061, "TCP")):
        assert admission.admits(address(inside), EDGE, port, protocol)
        assert not admission.admits(INTERNET, EDGE, port, protocol)
        assert not admission.admits(OWN_SERVICE, EDGE, port, protocol)
    assert admission.admits(EDGE, NODE, 5060, "UDP")
    assert admission.admits(EDGE, API_SERVER, 443)
    assert admission.admits(INTERNET, EDGE, 8090), "Traffic Manager probes from the internet"
    assert admission.admits(address("168.63.129.16"), EDGE, 8090), "so does Azure's load balancer"


def test_a_stack_without_carriers_admits_no_calls() -> None:
    admission = Admission(minimal())
    assert not admission.admits(INTERNET, EDGE, 5060, "UDP")
    assert not admission.admits(Pod("voice-edge"), EDGE, 5060, "UDP")
    assert admission.admits(INTERNET, EDGE, 8090)


def test_the_gateway_is_open_to_all_and_reaches_only_targets_of_routes(admission: Admission, everything: Graph) -> None:
    for client in (INTERNET, NODE, AGENT, address("10.10.10.4")):
        assert admission.admits(client, GATEWAY, 10443), f"{client}"
    assert not admission.admits(INTERNET, GATEWAY, 19000), "port 19000 is Envoy's admin interface"
    assert admission.admits(GATEWAY, NODE, 7880)
    assert admission.admits(GATEWAY, AGENT, 8000)
    assert not admission.admits(GATEWAY, OWN_SERVICE, 8080)
    routed = Admission(everything)
    assert routed.admits(GATEWAY, OWN_SERVICE, 8080), "port 80 of the Service can map to any port of its pods"
    assert routed.admits(GATEWAY, NODE, 9443)
    assert not routed.admits(GATEWAY, NODE, 10250), "routes lead to pods and not to nodes"


def test_the_trunk_manager_reaches_livekit_if_it_is_enabled(admission: Admission, everything: Graph) -> None:
    trunks = pod("voice-media", "livekit-sip-trunks")
    assert not admission.admits(trunks, NODE, 7880)
    admission = Admission(everything)
    assert admission.admits(trunks, NODE, 7880)
    assert not admission.admits(trunks, INTERNET, 443)


def test_controllers_reach_the_api_server_and_the_api_server_reaches_their_webhooks(admission: Admission) -> None:
    certgen = Pod("voice-system", {"app": "certgen"})
    assert admission.admits(certgen, API_SERVER, 443), "jobs of charts have different labels"
    webhook = Pod("voice-system", {"app.kubernetes.io/name": "webhook", "app.kubernetes.io/component": "webhook"})
    assert admission.admits(TUNNEL, webhook, 10250)
    assert admission.admits(TUNNEL, pod("voice-system", "external-secrets-webhook"), 10250)
    assert not admission.admits(OWN_SERVICE, webhook, 10250)
    assert not admission.admits(OWN_SERVICE, API_SERVER, 443)


def test_jobs_reach_the_primary_database_of_each_region(admission: Admission) -> None:
    assert admission.admits(JOBS, DATABASE, 5432)
    assert admission.admits(JOBS, OTHER_REGIONS_DATABASE, 5432)
    assert not admission.admits(OWN_SERVICE, DATABASE, 5432)


ACCOUNTS = (
    *(Instance(workload=known, name=known.name).account for known in CATALOG),
    *CONTROLLER_ACCOUNTS.values(),
)


@pytest.mark.parametrize(
    "account",
    [item for item in ACCOUNTS if item.namespace not in ("voice-media", "kube-system")],
    ids=lambda item: item.name,
)
def test_workloads_reach_the_azure_services_that_they_sign_in_to(everything: Graph, account: WorkloadAccount) -> None:
    admission, pods = Admission(everything), pod(account.namespace, account.name)
    if account.name == "cert-manager":
        pods = Pod(account.namespace, {**pods.labels, "app.kubernetes.io/component": "controller"})
    if account.redis:
        assert admission.admits(pods, REDIS, 10000)
    if account.containers:
        assert admission.admits(pods, REDIS, 443)
    if account.database_administrator:
        assert admission.admits(pods, DATABASE, 5432)
    if account.redis or account.dns_zones or account.writes_traces or account.writes_certificates:
        assert admission.admits(pods, INTERNET, 443), "the sign-in endpoint is on the internet"


READERS = {
    "graph": Pod("kube-system", {"rsName": "ama-metrics"}),
    "everything": pod("voice-system", "prometheus"),
}


WORKLOAD_METRICS = {"sip-edge": ("voice-edge", 9090), "voice-agent": ("voice-agents", 9091)}


@pytest.mark.parametrize("stack", READERS)
def test_the_metrics_backend_reaches_workloads(stack: str, request: pytest.FixtureRequest) -> None:
    admission = Admission(request.getfixturevalue(stack))
    for name, (namespace, port) in WORKLOAD_METRICS.items():
        assert admission.admits(READERS[stack], pod(namespace, name), port), name
    egress = pod("voice-agents", "livekit-egress")
    assert admission.admits(READERS[stack], egress, 9090) == (stack == "everything")
    watcher = pod("voice-agents", "agent-watch")
    assert admission.admits(READERS[stack], watcher, 9090) == (stack == "everything")


@pytest.mark.parametrize("stack", READERS)
def test_the_metrics_backend_reaches_every_target(stack: str, request: pytest.FixtureRequest) -> None:
    admission = Admission(request.getfixturevalue(stack))
    targets = [target for target in scrape_targets(load_stack_file(PRODUCTION)) if target.namespace in NAMES]
    assert targets
    for target in targets:
        pods = Pod(target.namespace, target.labels)
        assert admission.admits(READERS[stack], pods, target.port), target.name
        assert not admission.admits(OWN_SERVICE, pods, target.port), target.name


def test_prometheus_in_the_cluster_reaches_nodes_and_its_exporters(everything: Graph) -> None:
    admission, prometheus = Admission(everything), pod("voice-system", "prometheus")
    for port in (10250, 9100, 9282, 6789, 6790):
        assert admission.admits(prometheus, NODE, port)
    assert admission.admits(prometheus, pod("voice-system", "kube-state-metrics"), 8080)
    assert admission.admits(pod("voice-system", "grafana"), prometheus, 9090)
    assert admission.admits(pod("kube-system", "keda-operator"), prometheus, 9090)
    assert not admission.admits(AGENT, prometheus, 9090)


def test_every_workload_can_send_traces_to_the_collector(admission: Admission) -> None:
    collector = pod("voice-system", "opentelemetry-collector")
    for source in (AGENT, EDGE, OWN_SERVICE, NODE):
        assert admission.admits(source, collector, 4317), f"{source}"
    assert admission.admits(collector, INTERNET, 443)


def test_disabled_services_have_no_flows(admission: Admission, everything: Graph) -> None:
    repositories = pod("voice-system", "argocd-repo-server")
    assert not admission.admits(repositories, INTERNET, 443)
    assert Admission(everything).admits(repositories, INTERNET, 443)
    assert Admission(everything).admits(pod("voice-system", "argocd-application-controller"), repositories, 8081)


def test_custom_services_do_not_reach_the_platform(admission: Admission) -> None:
    for target in (AGENT, pod("voice-agents", "livekit-egress"), pod("voice-system", "cert-manager"), NODE, REDIS):
        for port in (80, 443, 7880, 8000, 8080, 10000):
            assert not admission.admits(OWN_SERVICE, target, port)
    assert not admission.admits(OWN_SERVICE, Place("world", "198.51.100.1"), 443), "custom services state their flows"


def test_pods_with_equal_names_and_different_labels_are_refused() -> None:
    twins = [Pods("twin", "voice-apps", {"app": label}) for label in ("one", "other")]
    port = Ports(80, 80, "Tcp")
    flow = Flow(source=twins[0], target=twins[1], ports=(port,), reason="none")
    with pytest.raises(ValueError, match="share a name"):
        policy_groups([flow], load_stack_file(PRODUCTION))


def test_the_page_of_flows_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run `.venv/bin/voice flows`"


def test_the_page_of_flows_has_results_of_a_cluster_with_the_committed_staging() -> None:
    """A changed flow requires another test on a cluster."""
    found = {(row["why"], port) for row in yaml.safe_load(STAGING.read_text())["open"] for port in row["ports"]}
    documented = {
        (flow.reason, f"{port}/{port.protocol.lower()}" if isinstance(port, Ports) else f"{port}/tcp")
        for flow in flows(load_stack_file(PROJECT / "Pulumi.staging.yaml"))
        if any(isinstance(end, Pods) and end.namespace in NAMES for end in (flow.source, flow.target))
        for port in flow.ports
    }
    assert found == documented, 'run `make test-cluster ARGS="--write-pages -k flows"`'
