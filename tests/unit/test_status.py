"""`voice status` on a fake API server over HTTP, and the estimates that it shows."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from model.drain import drain_budget
from settings.loader import load_stack_file
from tests.unit.fake_api_server import FakeApiServer, api_server, deployment, kubeconfig, node, pod
from tests.unit.stacks import PROJECT
from tests.unit.voice_command import run
from tools.cluster_state import ClusterState, RolloutState, gauge, read_state
from tools.rollout_estimates import rollout_estimate, upgrade_estimate

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FREESWITCH = "# TYPE freeswitch_current_calls gauge\nfreeswitch_current_calls {}\nfreeswitch_current_calls_peak 99\n"
SIP = 'livekit_sip_calls_active{{dir="in",node_id="a"}} {}\nlivekit_sip_calls_active{{dir="out",node_id="a"}} {}\n'


def run_status(folder: Path, config: object, *arguments: str) -> tuple[int, str]:
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    return run("status", "--stack", "prod", "--kubeconfig", str(file), *arguments)


@pytest.fixture
def cluster() -> Generator[FakeApiServer]:
    """A rollout of FreeSWITCH: one of three pods is replaced, one old pod has calls, one new pod waits for a node."""
    soon = (NOW + timedelta(minutes=42)).isoformat().replace("+00:00", "Z")
    server = FakeApiServer(
        deployments=[
            deployment("freeswitch", "voice-media", 3, updatedReplicas=2, readyReplicas=3, availableReplicas=3),
            deployment("livekit-sip", "voice-media", 1),
            deployment("sip-edge", "voice-edge", 1),
        ],
        pods=[
            pod("freeswitch", "voice-media", "freeswitch-new", node="sip-b"),
            pod("freeswitch", "voice-media", "freeswitch-old-1"),
            pod("freeswitch", "voice-media", "freeswitch-old-2"),
            pod("freeswitch", "voice-media", "freeswitch-leaving", stops=soon, ready=False),
            pod("freeswitch", "voice-media", "freeswitch-waiting", scheduled=False),
            pod("livekit-sip", "voice-media", "livekit-sip-1"),
            pod("sip-edge", "voice-edge", "sip-edge-1"),
            pod("shop", "voice-apps", "shop-1"),
        ],
        nodes=[
            node("sip-1", "sip", "a", {"sip": "NoSchedule", "voice.platform/retiring": "NoSchedule"}),
            *(node(f"sip-{number}", "sip", "b", {"sip": "NoSchedule"}) for number in range(2, 14)),
        ],
        metrics={
            "voice-media/freeswitch-new:9282": FREESWITCH.format(2),
            "voice-media/freeswitch-old-1:9282": FREESWITCH.format(11),
            "voice-media/freeswitch-leaving:9282": FREESWITCH.format(4),
            "voice-media/livekit-sip-1:6790": SIP.format(6, 1),
        },
    )
    with api_server(server):
        yield server


def rollouts(state: ClusterState) -> dict[str, RolloutState]:
    return {rollout.name: rollout for rollout in state.rollouts}


def test_the_state_has_each_rollout_with_its_pods_and_their_calls(cluster: FakeApiServer) -> None:
    found = rollouts(read_state(cluster.kubeconfig, NOW))
    freeswitch = found["freeswitch"]
    assert (freeswitch.desired, freeswitch.updated, freeswitch.ready) == (3, 2, 3)
    assert {pod.name: pod.calls for pod in freeswitch.pods} == {
        "freeswitch-new": 2,
        "freeswitch-old-1": 11,
        "freeswitch-old-2": None,
        "freeswitch-leaving": 4,
        "freeswitch-waiting": None,
    }
    assert freeswitch.calls == 17
    assert not freeswitch.done
    assert found["livekit-sip"].calls == 7, "calls in and out"
    assert found["sip-edge"].done
    assert found["sip-edge"].calls is None, "the edge carries no calls"


def test_an_unknown_number_of_calls_differs_from_no_calls(cluster: FakeApiServer) -> None:
    pods = {pod.name: pod for pod in rollouts(read_state(cluster.kubeconfig, NOW))["freeswitch"].pods}
    assert pods["freeswitch-old-2"].calls_error.startswith("503")
    cluster.metrics["voice-media/freeswitch-old-2:9282"] = "freeswitch_up 0\n"
    pods = {pod.name: pod for pod in rollouts(read_state(cluster.kubeconfig, NOW))["freeswitch"].pods}
    assert pods["freeswitch-old-2"].calls_error == "no freeswitch_current_calls at port 9282"
    assert pods["freeswitch-waiting"].calls_error == "", "the pod does not run yet"


def test_a_stopping_pod_stops_within_the_rest_of_its_grace_period(cluster: FakeApiServer) -> None:
    (leaving,) = rollouts(read_state(cluster.kubeconfig, NOW))["freeswitch"].terminating
    assert leaving.name == "freeswitch-leaving"
    assert leaving.stops_within == timedelta(minutes=42)
    (late,) = rollouts(read_state(cluster.kubeconfig, NOW + timedelta(hours=2)))["freeswitch"].terminating
    assert late.stops_within == timedelta(), "the duration is never negative"


def test_status_names_a_retiring_generation_that_still_has_nodes(cluster: FakeApiServer, tmp_path: Path) -> None:
    found = {item.generation: (item.retiring, item.nodes) for item in read_state(cluster.kubeconfig).generations}
    assert found == {"a": (True, 1), "b": (False, 12)}
    _, text = run_status(tmp_path, cluster.kubeconfig)
    assert "Generation a of pool sip is retiring and still has 1 node. Remove it from the stack file" in text


def test_metrics_are_read_only_from_running_pods_that_carry_calls(cluster: FakeApiServer) -> None:
    read_state(cluster.kubeconfig)
    scraped = {path.split("/")[6] for path in cluster.requests if path.endswith("/proxy/metrics")}
    assert scraped == {
        "freeswitch-new:9282",
        "freeswitch-old-1:9282",
        "freeswitch-old-2:9282",
        "freeswitch-leaving:9282",
        "livekit-sip-1:6790",
    }


def test_the_command_shows_rollouts_pods_and_estimates(cluster: FakeApiServer, tmp_path: Path) -> None:
    code, text = run_status(tmp_path, cluster.kubeconfig)
    assert code == 0
    assert "freeswitch waits for a node 3 2 3 1 17 1 h 12 min" in text
    assert "livekit-sip done 1 1 1 0 7" in text
    assert "freeswitch-leaving node-1 stops within" in text
    assert "freeswitch-old-2 node-1 ready unknown (503 Service Unavailable)" in text
    assert "A pod with calls takes up to 1 h 2 min to stop" in text
    assert "this exceeds voice:aks.maintenance.upgrades (12 h) by 4 h 24 min and nodeImages (12 h) by" in text


def test_a_rollout_takes_longer_with_fewer_free_nodes() -> None:
    settings = load_stack_file(PROJECT / "Pulumi.prod.yaml")
    grace = timedelta(seconds=drain_budget(settings.telephony).grace_seconds)
    alone = rollout_estimate(settings, "freeswitch", 11)
    together = rollout_estimate(settings, "freeswitch", 6)
    assert alone is not None
    assert together is not None
    assert (alone.at_once, together.at_once) == (1, 6), "one or six of 12 nodes are free"
    assert alone.longest > 11 * grace > together.longest > grace
    assert rollout_estimate(settings, "sip-edge", 2) is None, "the edge carries no calls"


def test_an_upgrade_waits_for_the_longest_call_on_every_node() -> None:
    settings = load_stack_file(PROJECT / "Pulumi.prod.yaml")
    drain = timedelta(minutes=drain_budget(settings.telephony).node_minutes)
    media = upgrade_estimate(settings, "sip", 12)
    agents = upgrade_estimate(settings, "agents", 20)
    assert media is not None
    assert agents is not None
    assert media.longest > 12 * drain
    assert agents.at_once == 7, "a third at a time"
    assert 3 * drain < agents.longest < 4 * drain + timedelta(hours=1)
    assert upgrade_estimate(settings, "api", 4) is None


def test_a_rollout_that_the_controller_has_not_observed_is_not_done(cluster: FakeApiServer, tmp_path: Path) -> None:
    cluster.deployments[2]["status"]["observedGeneration"] = 2
    assert not rollouts(read_state(cluster.kubeconfig))["sip-edge"].done
    assert "sip-edge not started" in run_status(tmp_path, cluster.kubeconfig)[1]


def test_status_reports_an_empty_cluster(tmp_path: Path) -> None:
    with api_server(FakeApiServer()) as server:
        code, text = run_status(tmp_path, server.kubeconfig)
    assert code == 0
    assert "The cluster has no workload of the platform. Deploy the stack, or check the kubeconfig." in text


def test_an_unreachable_cluster_is_reported_with_its_address_and_the_remediation(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    code, text = run_status(tmp_path, kubeconfig(url))
    assert code == 1
    assert f"The cluster at {url} cannot be reached" in text
    assert "Fix: connect from an address in voice:deployer.egressCidrs" in text
    assert "Traceback" not in text


@pytest.mark.parametrize(("refused", "words"), [(401, "401 Unauthorized"), (403, "403 Forbidden")])
def test_the_error_of_a_refused_user_says_to_sign_in(refused: int, words: str, tmp_path: Path) -> None:
    with api_server(FakeApiServer(refuses=refused)) as server:
        code, text = run_status(tmp_path, server.kubeconfig)
    assert code == 1
    assert words in text
    assert "`az login`" in text


def test_a_file_that_is_not_a_kubeconfig_is_refused(tmp_path: Path) -> None:
    code, text = run_status(tmp_path, ["no", "kubeconfig"])
    assert code == 2
    assert "is not a kubeconfig. Expected: a file that kubectl can use." in text


def test_the_kubeconfig_is_the_stacks_output(
    cluster: FakeApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(yaml.safe_dump(cluster.kubeconfig))
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/arguments\ncat {tmp_path}/config\n')
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert run("status", "--stack", "prod")[0] == 0
    assert (tmp_path / "arguments").read_text().strip() == "stack output kubeconfig --show-secrets --stack prod"


def test_a_stack_that_was_never_deployed_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pulumi = tmp_path / "pulumi"
    pulumi.write_text("#!/bin/sh\necho \"error: no stack named 'prod' found\" >&2\nexit 255\n")
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    code, text = run("status", "--stack", "prod")
    assert code == 2
    assert "no stack named 'prod' found" in text
    assert "deploy the stack" in " ".join(text.split())


def test_a_gauge_has_all_its_labels_and_no_metric_with_a_longer_name() -> None:
    text = 'calls{a="}",b="x"} 2\ncalls 3.0 1795270748947\ncalls_total 9\n# calls 7\n'
    assert gauge(text, "calls") == [2.0, 3.0]
