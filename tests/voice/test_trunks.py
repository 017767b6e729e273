"""The trunk manager creates the trunks and the rule of telephone calls in a real LiveKit server, and keeps them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from livekit import api

from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.livekit import API_KEY, API_SECRET, LiveKit, Redis
from tests.voice.livekit_sip import LIVEKIT_URL
from tests.voice.rooms import Rooms
from tests.voice.trunks import Trunks
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

Objects = dict[str, list[dict[str, Any]]]
NOTHING: Objects = {"inbound": [], "outbound": [], "rules": []}
NUMBERS = ["+4930123456", "+4989123456"]
WRONG_SECRET = "another-secret-of-at-least-32-characters"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def livekit(tmp_path_factory: pytest.TempPathFactory, redis: Redis) -> Iterator[LiveKit]:
    program = programs.built(programs.LIVEKIT)
    with LiveKit(tmp_path_factory.mktemp("livekit"), values_of("livekit", "minimal"), redis, program) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(redis: Redis, livekit: LiveKit) -> Iterator[None]:
    """Every test starts without trunks and rules."""
    redis.flush()
    yield
    assert livekit.process.poll() is None


def kept() -> Objects:
    """The trunks and rules in LiveKit."""
    rooms = Rooms(LIVEKIT_URL, API_KEY, API_SECRET)

    async def ask(server: api.LiveKitAPI) -> Objects:
        found = {
            "inbound": await server.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest()),
            "outbound": await server.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest()),
            "rules": await server.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest()),
        }
        return {
            name: [MessageToDict(item, preserving_proto_field_name=True) for item in answer.items]
            for name, answer in found.items()
        }

    return rooms.call(ask)


def trunks(folder: Path, secret: str = API_SECRET, **changes: Any) -> Trunks:
    return Trunks(folder, changes=changes, secret=secret)


def outbound(numbers: list[str]) -> dict[str, Any]:
    return {"host": "freeswitch", "port": 5090, "numbers": numbers}


def test_the_first_comparison_creates_all_objects_and_the_second_changes_nothing(tmp_path: Path) -> None:
    manager = trunks(tmp_path, outbound=outbound(NUMBERS))
    first = manager.once()
    assert first.returncode == 0, first.stderr
    assert first.stderr.count("trunks: created ") == 3
    made = kept()
    (inbound,), (out,), (rule,) = made["inbound"], made["outbound"], made["rules"]
    assert inbound["allowed_addresses"] == ["10.98.0.0/16"]
    assert inbound["headers_to_attributes"] == {
        "X-Voice-Caller": "voice.caller",
        "X-Voice-Called": "voice.called",
        "X-Voice-Call": "voice.call",
        "X-Voice-Carrier": "voice.carrier",
    }
    assert (out["address"], out["transport"], out["numbers"]) == ("freeswitch:5090", "SIP_TRANSPORT_TCP", NUMBERS)
    assert rule["trunk_ids"] == [inbound["sip_trunk_id"]]
    assert rule["hide_phone_number"] is True
    assert rule["rule"]["dispatch_rule_individual"]["room_prefix"] == "call-"
    assert [agent["agent_name"] for agent in rule["room_config"]["agents"]] == ["voice-agent"]

    second = manager.once()
    assert (second.returncode, second.stderr) == (0, "")
    assert kept() == made


def test_objects_that_redis_lost_are_created_again(tmp_path: Path, redis: Redis) -> None:
    manager, log = trunks(tmp_path, outbound=outbound(NUMBERS)), tmp_path / "trunks.log"
    with log.open("wb") as file:
        process = subprocess.Popen(manager.command(), env=manager.environment(), stdout=file, stderr=file)

    def complete(but: str = "") -> bool:
        """Every object exists once, and the rule belongs to the trunk, whose id is not `but`."""
        made = kept()
        ids = [item["sip_trunk_id"] for item in made["inbound"]]
        rules = [item["trunk_ids"] for item in made["rules"]]
        return len(made["outbound"]) == 1 and len(ids) == 1 and ids != [but] and rules == [ids]

    try:
        eventually(complete, 60, log.read_text)
        lost = kept()["inbound"][0]["sip_trunk_id"]
        redis.flush()
        # Redis may lose them during a comparison; then the rule belongs to a trunk that no longer exists.
        eventually(lambda: complete(but=lost), 60, log.read_text)
        asked = time.monotonic()
        process.terminate()
        assert process.wait(10) == 0
        assert time.monotonic() - asked < 5
    finally:
        process.kill()
        process.wait(10)


def test_differences_are_corrected_under_the_same_id(tmp_path: Path) -> None:
    assert trunks(tmp_path / "before", outbound=outbound(NUMBERS)).once().returncode == 0
    before = kept()
    changes: dict[str, Any] = {
        "allowedCidrs": ["10.20.0.0/16"],
        "roomPrefix": "phone-",
        "agent": "",
        "outbound": outbound(NUMBERS[:1]),
    }
    done = trunks(tmp_path / "after", **changes).once()
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("trunks: corrected ") == 3
    after = kept()
    for kind, items in after.items():
        ids = [name for name in items[0] if name.endswith("_id")]
        assert [items[0][name] for name in ids] == [before[kind][0][name] for name in ids]
    assert after["inbound"][0]["allowed_addresses"] == ["10.20.0.0/16"]
    assert after["outbound"][0]["numbers"] == NUMBERS[:1]
    assert after["rules"][0]["rule"]["dispatch_rule_individual"]["room_prefix"] == "phone-"
    assert "room_config" not in after["rules"][0], "the rule must not dispatch an agent that the chart no longer names"


def test_without_numbers_there_is_no_outbound_trunk_and_an_old_one_is_deleted(tmp_path: Path) -> None:
    assert trunks(tmp_path / "before", outbound=outbound(NUMBERS)).once().returncode == 0
    done = trunks(tmp_path / "after", outbound=outbound([])).once()
    assert done.returncode == 0, done.stderr
    assert "trunks: deleted to-freeswitch" in done.stderr
    assert kept()["outbound"] == []
    assert len(kept()["inbound"]) == len(kept()["rules"]) == 1


def test_a_wrong_key_is_reported_and_creates_nothing(tmp_path: Path) -> None:
    done = trunks(tmp_path, secret=WRONG_SECRET).once()
    assert done.returncode == 1
    assert "LiveKit refuses a request: HTTP 401" in done.stderr
    assert "created" not in done.stderr
    assert WRONG_SECRET not in done.stderr + done.stdout
    assert kept() == NOTHING


def test_a_server_that_does_not_respond_is_reported(tmp_path: Path) -> None:
    manager = trunks(tmp_path)
    done = subprocess.run(
        manager.command("once"), env={**manager.environment(), "LIVEKIT": "http://10.98.2.8:7880"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "LiveKit does not respond at http://10.98.2.8:7880" in done.stderr
    assert "Traceback" not in done.stderr
    assert API_SECRET not in done.stderr
