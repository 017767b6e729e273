"""Requirements of FreeSWITCH and the SIP edge, verified on the objects and networks of the committed stacks."""

from __future__ import annotations

import re

import pytest

from components.network.security import SecurityContext, security_rules
from model.address_plan import Subnet, region_plan
from model.capacity import region_capacity
from model.naming import region_names
from model.permissions import Container
from model.ports import NODE_PORTS
from model.secrets import EVENT_SOCKET_PASSWORD, GENERATED_SECRETS
from model.workloads.freeswitch import WORKLOAD as FREESWITCH
from model.workloads.workload import PORTS_OF_A_LEG
from tests.charts.deployed import (
    STACKS_OF_CLASSES,
    charts_of,
    container,
    file,
    freeswitch,
    load_balancer_ports,
    named,
    of_kind,
    pod,
    selected_pool,
)
from tests.charts.freeswitch_configuration import actions, bridges, contexts, document, module, parameters, profiles
from tests.charts.workloads import DEPLOYMENTS, objects, settings_of, values_of
from tests.unit.stacks import PRODUCTION, graph_of

every_class = pytest.mark.parametrize("stack", STACKS_OF_CLASSES)
NAMES = re.compile(r"([a-z0-9.-]+\.svc\.cluster\.local):([0-9]+)")
CHART = next(workload for workload in DEPLOYMENTS if workload.chart == "freeswitch")


@pytest.mark.requirement("A20")
@every_class
def test_freeswitch_is_one_container_with_its_own_configuration_on_the_host_network(stack: str) -> None:
    spec = pod(stack, "freeswitch")
    own = [c for c in spec["containers"] if "freeswitch" in c["command" if "command" in c else "args"]]
    assert [c["name"] for c in own] == ["freeswitch"], "the other containers only report, upload and measure"
    assert "-conf" in own[0]["command"]
    assert spec["hostNetwork"] is True
    assert selected_pool(spec) == "sip"
    assert {"key": "sip", "operator": "Equal", "value": "true", "effect": "NoSchedule"} in spec["tolerations"]


@pytest.mark.requirement("A20")
def test_the_sip_pool_is_zonal_and_tainted_with_fixed_addresses() -> None:
    graph = graph_of(PRODUCTION)
    pools = [
        item.inputs
        for item in graph.of_type("azure-native:containerservice:AgentPool")
        if item.inputs["nodeLabels"]["voice.platform/pool"] == "sip"
    ]
    assert [pool["availabilityZones"] for pool in pools] == [["1"], ["2"], ["3"]]
    prefixes = {
        item.inputs["publicIpPrefixName"]: item.inputs["prefixLength"]
        for item in graph.of_type("azure-native:network:PublicIPPrefix")
    }
    for pool in pools:
        assert pool["vmSize"] == "Standard_D8s_v5"
        assert "sip=true:NoSchedule" in pool["nodeTaints"]
        assert pool["enableNodePublicIP"] is True
        assert prefixes[pool["nodePublicIPPrefixID"].rpartition("/")[2]] == 28


@pytest.mark.requirement("A22")
@every_class
def test_the_event_socket_is_on_loopback_with_a_generated_password(stack: str) -> None:
    own = parameters(module(freeswitch(stack), "event_socket.conf"))
    assert (own["listen-ip"], own["listen-port"]) == ("127.0.0.1", "8021")
    assert own["apply-inbound-acl"] == "loopback.auto"
    assert own["password"] == "EVENT_SOCKET_PASSWORD", "the pod resolves the variable"
    variables = {e["name"]: e.get("value", "") for e in container(stack, "freeswitch", "configure")["env"]}
    assert f"EVENT_SOCKET_PASSWORD={EVENT_SOCKET_PASSWORD.name}" in variables["SECRET_VARIABLES"].split()
    assert EVENT_SOCKET_PASSWORD in GENERATED_SECRETS


@pytest.mark.requirement("A22")
def test_a_private_event_socket_is_open_to_agent_nodes_only() -> None:
    read = document({**values_of("freeswitch", "prod"), "eventSocket": {"listen": "private"}})
    own = parameters(module(read, "event_socket.conf"))
    assert (own["listen-ip"], own["apply-inbound-acl"]) == ("PRIVATE_ADDRESS", "inside")
    service = named("prod", "freeswitch", "Service")
    assert service["spec"]["clusterIP"] == "None", "DNS resolves to the addresses of pods"
    settings = settings_of("prod")
    plan = region_plan(settings.this_region)

    def rules(listen: str) -> list[tuple[str, object, str]]:
        context = SecurityContext(
            plan=plan,
            peer_plans=[],
            telephony=settings.telephony,
            event_socket="private" if listen == "private" else "loopback",
            gateway_exposure="public",
            frontends={},
            groups={"sip": "group", "livekit": "group"},
        )
        return [
            (str(rule.access), rule.source_address_prefixes or rule.source_address_prefix, str(rule.name))
            for rule in security_rules(Subnet.SIP, context)
            if rule.destination_port_range == "8021"
        ]

    assert [(access, source) for access, source, _ in rules("loopback")] == [("Deny", "*")]
    agents = sorted([plan.subnets[Subnet.WORKLOAD], plan.pods])
    assert [(access, source) for access, source, _ in rules("private")] == [("Allow", agents), ("Deny", "*")]


@pytest.mark.requirement("A23")
@every_class
def test_rtp_ports_suffice_for_a_full_node_and_avoid_node_ports(stack: str) -> None:
    switch = parameters(module(freeswitch(stack), "switch.conf"))
    first, last = int(switch["rtp-start-port"]), int(switch["rtp-end-port"])
    assert (first, last) == (16384, 29999)
    assert last < NODE_PORTS.first
    calls = region_capacity(settings_of(stack)).calls_per_pod("freeswitch")
    admitted = [data for _, data in actions(contexts(freeswitch(stack))["inbound"], "+4930123456") if "calls" in data]
    assert admitted == [f"hash node calls {calls} full XML refused"]
    assert int(switch["max-sessions"]) > 2 * calls
    assert calls * 2 * PORTS_OF_A_LEG <= last - first + 1


@pytest.mark.requirement("A24")
@every_class
def test_signalling_has_a_load_balancer_and_media_has_none(stack: str) -> None:
    (edge,) = of_kind(stack, "sip-edge", "Service")
    assert edge["spec"]["type"] == "LoadBalancer"
    assert edge["spec"]["externalTrafficPolicy"] == "Local", "carriers are identified by address"
    annotations = edge["metadata"]["annotations"]
    assert annotations["service.beta.kubernetes.io/azure-pip-name"].startswith("pip-")
    assert load_balancer_ports(stack)["UDP", 5060] == load_balancer_ports(stack)["TCP", 5060] == "sip-edge"
    rtp = settings_of(stack).telephony.rtp_ports
    assert not [port for _, port in load_balancer_ports(stack) if rtp.first <= port <= rtp.last]
    for item in of_kind(stack, "freeswitch", "Service"):
        assert item["spec"]["clusterIP"] == "None"


@pytest.mark.requirement("A25", "K18")
@every_class
def test_freeswitch_runs_without_root_privileges_and_capabilities(stack: str) -> None:
    security = pod(stack, "freeswitch")["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] > 0
    own = container(stack, "freeswitch", "freeswitch")
    assert "-np" in own["command"]
    assert "-rp" not in own["command"]
    assert own["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@pytest.mark.requirement("A25", "K18")
def test_real_time_priority_adds_only_sys_nice() -> None:
    rendered_objects = objects(CHART, {**values_of("freeswitch", "prod"), "realTimePriority": True})
    (deployment,) = [item for item in rendered_objects if item["kind"] == "Deployment"]
    own = deployment["spec"]["template"]["spec"]["containers"][0]
    assert own["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["SYS_NICE"]}
    assert own["securityContext"]["allowPrivilegeEscalation"] is False
    assert "-np" not in own["command"]


@pytest.mark.requirement("A26")
@every_class
def test_carriers_get_the_source_address_of_calls(stack: str) -> None:
    for name in ("edge", "carrier"):
        own = parameters(profiles(freeswitch(stack))[name])
        assert (own["ext-sip-ip"], own["ext-rtp-ip"]) == ("PUBLIC_ADDRESS", "PUBLIC_ADDRESS")
        assert own["local-network-acl"] == "loopback.auto", "carriers in private ranges get it too"
    configure = container(stack, "freeswitch", "configure")
    environment = {e["name"]: e.get("value") for e in configure["env"]}
    assert environment["NODE_ADDRESS"] == "required"
    (role,) = of_kind(stack, "freeswitch", "ClusterRole")
    assert role["rules"] == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}]


@pytest.mark.requirement("A27")
@every_class
def test_a_call_goes_to_the_local_bridge_and_then_to_any_other(stack: str) -> None:
    port = file(stack, "livekit-sip", "sip.yaml")["sip_port"]
    own, other = bridges(contexts(freeswitch(stack))["inbound"])
    assert f"@PRIVATE_ADDRESS:{port};" in own
    assert f"@livekit-sip.voice-media.svc.cluster.local:{port};" in other
    assert named(stack, "livekit-sip", "Service")["spec"]["clusterIP"] == "None", "DNS returns only ready pods"
    ports = [p["port"] for p in named(stack, "livekit-sip", "Service")["spec"]["ports"]]
    assert set(ports) == {port}
    outbound = file(stack, "livekit-sip", "outbound.json")
    assert outbound["address"] == "freeswitch.voice-media.svc.cluster.local:5090", "outbound calls use the same path"


@pytest.mark.requirement("A29")
@every_class
def test_host_names_in_the_configuration_are_existing_services(stack: str) -> None:
    services = {
        f"{item['metadata']['name']}.{item['metadata']['namespace']}.svc.cluster.local": {
            port["port"] for port in item["spec"]["ports"]
        }
        for items in charts_of(stack).values()
        for item in items
        if item["kind"] == "Service"
    }
    referenced: set[str] = set()
    for chart, items in charts_of(stack).items():
        for item in items:
            for text in item.get("data", {}).values() if item["kind"] == "ConfigMap" else ():
                for name, port in NAMES.findall(text):
                    if name.startswith("opentelemetry-collector."):
                        continue
                    assert int(port) in services[name], f"{chart} refers to {name}:{port}"
                    referenced.add(name.partition(".")[0])
    assert {"voice-agent", "livekit", "freeswitch", "livekit-sip"} <= referenced


@pytest.mark.requirement("A30")
def test_recordings_and_call_records_are_on_disks() -> None:
    volumes = {volume["name"]: volume for volume in pod("prod", "freeswitch")["volumes"]}
    claims = [volumes[name]["ephemeral"]["volumeClaimTemplate"]["spec"] for name in ("recordings", "call-records")]
    mounts = {m["name"]: m["mountPath"] for m in container("prod", "freeswitch", "freeswitch")["volumeMounts"]}
    assert mounts["recordings"] == "/recordings"
    assert "/recordings" in container("prod", "freeswitch", "freeswitch")["command"]
    assert parameters(module(freeswitch("prod"), "json_cdr.conf"))["log-dir"] == mounts["call-records"]
    classes = {
        item.inputs["metadata"]["name"]
        for item in graph_of(PRODUCTION).of_type("kubernetes:storage.k8s.io/v1:StorageClass")
    }
    for claim in claims:
        assert claim["storageClassName"] in classes
        assert claim["resources"]["requests"]["storage"]


def test_a_hung_freeswitch_is_restarted_quickly() -> None:
    """The kubelet runs the drain hook within the probe's grace period before it restarts a container."""
    main = container("prod", "freeswitch", "freeswitch")
    assert pod("prod", "freeswitch")["terminationGracePeriodSeconds"] > 3600
    for probe in ("livenessProbe", "startupProbe"):
        assert main[probe]["terminationGracePeriodSeconds"] == 30


@pytest.mark.requirement("B29")
@every_class
def test_calls_are_recorded_and_uploaded_with_workload_identity(stack: str) -> None:
    inbound = contexts(freeswitch(stack))["inbound"]
    written = [a.attrib.get("data", "") for a in inbound.iter("action")]
    assert any("record_session" in data and "/recordings/" in data for data in written)
    upload = container(stack, "freeswitch", "upload")
    environment = {e["name"]: e.get("value", "") for e in upload["env"]}
    blobs = region_names(settings_of(stack)).blob_host
    assert environment["CONTAINER"] == f"https://{blobs}/{Container.RECORDINGS}"
    assert environment["AZCOPY_AUTO_LOGIN_TYPE"] == "WORKLOAD"
    assert "recordings" in {m["name"] for m in upload["volumeMounts"]}
    (own,) = [instance.account for instance in FREESWITCH.instances_of(settings_of(stack))]
    assert own.name == pod(stack, "freeswitch")["serviceAccountName"]
    assert Container.RECORDINGS in own.containers, "it may write there"
    labels = named(stack, "freeswitch", "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert labels["azure.workload.identity/use"] == "true"


@pytest.mark.requirement("B29")
def test_rooms_are_recorded_on_request_into_an_account_of_their_own() -> None:
    names = region_names(settings_of("prod"))
    storage = values_of("livekit-egress", "prod")["storage"]
    assert storage["account"] == names.egress_storage_account
    assert storage["account"] not in names.blob_host, "the account key gives access to nothing else"
    assert not settings_of("prod").egress.enabled, "disabled by default"
    assert "livekit-egress" not in charts_of("prod")
