"""The chart's script makes the trunks and the rule of telephone calls in a real LiveKit server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.livekit import API_KEY, API_SECRET, PRIVATE, LiveKit, Redis
from tests.voice.pod import Pod
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

KINDS = ("InboundTrunk", "OutboundTrunk", "DispatchRule")
LIVEKIT = f"ws://{PRIVATE}:7880"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def livekit(tmp_path_factory: pytest.TempPathFactory, redis: Redis) -> Iterator[LiveKit]:
    program = programs.built(programs.LIVEKIT)
    with LiveKit(tmp_path_factory.mktemp("livekit"), values_of("livekit", "minimal"), redis, program) as server:
        yield server


@pytest.fixture
def nothing(redis: Redis, livekit: LiveKit) -> Iterator[None]:
    """Nobody has made anything yet."""
    redis.flush()
    yield
    assert livekit.process.poll() is None


class Trunks:
    """The pod that keeps them."""

    def __init__(self, folder: Path, changes: dict[str, Any] | None = None, secret: str = API_SECRET) -> None:
        values = values_of("livekit-sip", "full")
        values["trunks"] = {**values["trunks"], "seconds": 1, **(changes or {})}
        self.pod = Pod(
            folder, "livekit-sip", {**values, "livekitUrl": LIVEKIT}, private=PRIVATE, name="livekit-sip-trunks"
        )
        self.pod.secret("livekit-api-key", API_KEY)
        self.pod.secret("livekit-api-secret", secret)

    def once(self) -> subprocess.CompletedProcess[str]:
        """One look at LiveKit."""
        return subprocess.run(
            [*self.pod.command("trunks"), "once"], env=self.pod.environment("trunks"),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def made(self) -> dict[str, list[dict[str, Any]]]:
        """What LiveKit has, as the script's own question answers it."""
        functions = (self.pod.folder / "templates" / "trunks.sh").read_text().partition('\nif [ "${1:-}" = once ]')[0]
        done = subprocess.run(
            ["sh", "-c", functions + "".join(f"\nask ListSIP{kind} '{{}}'; echo" for kind in KINDS)],
            env=self.pod.environment("trunks"), capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        return {
            kind: json.loads(line).get("items", []) for kind, line in zip(KINDS, done.stdout.splitlines(), strict=True)
        }


@pytest.mark.usefixtures("nothing")
def test_a_first_look_makes_what_calls_need_and_a_second_one_nothing(tmp_path: Path) -> None:
    trunks = Trunks(tmp_path)
    first = trunks.once()
    assert first.returncode == 0, first.stderr
    assert first.stderr.count("trunks: made ") == 3
    made = trunks.made()
    assert {kind: len(items) for kind, items in made.items()} == dict.fromkeys(KINDS, 1)

    inbound, outbound, rule = (made[kind][0] for kind in KINDS)
    assert inbound["allowed_addresses"] == ["10.10.0.0/16", "100.64.0.0/16"]
    assert inbound["headers_to_attributes"] == {
        "X-Voice-Called": "voice.called",
        "X-Voice-Call": "voice.call",
        "X-Voice-Carrier": "voice.carrier",
    }
    assert (outbound["address"], outbound["transport"]) == ("freeswitch:5090", "SIP_TRANSPORT_TCP")
    assert rule["trunk_ids"] == [inbound["sip_trunk_id"]]
    assert rule["rule"]["dispatch_rule_individual"]["room_prefix"] == "call-"
    assert [agent["agent_name"] for agent in rule["room_config"]["agents"]] == ["voice-agent"]

    second = trunks.once()
    assert (second.returncode, second.stderr) == (0, "")
    assert trunks.made() == made


@pytest.mark.usefixtures("nothing")
def test_what_redis_lost_comes_back_by_itself(tmp_path: Path, redis: Redis) -> None:
    trunks = Trunks(tmp_path)
    log = tmp_path / "trunks.log"
    with log.open("wb") as file:
        keeper = subprocess.Popen(
            trunks.pod.command("trunks"), env=trunks.pod.environment("trunks"), stdout=file, stderr=file
        )

    def complete(but: str = "") -> bool:
        """All is there once, and the rule is the trunk's, which is not `but`."""
        made = trunks.made()
        ids = [item["sip_trunk_id"] for item in made["InboundTrunk"]]
        rules = [item["trunk_ids"] for item in made["DispatchRule"]]
        return len(made["OutboundTrunk"]) == 1 and len(ids) == 1 and ids != [but] and rules == [ids]

    try:
        eventually(complete, 60, log.read_text)
        lost = trunks.made()["InboundTrunk"][0]["sip_trunk_id"]
        redis.flush()
        # Even where Redis lost it in the middle of a look, and the rule was made for a trunk that is no more.
        eventually(lambda: complete(but=lost), 60, log.read_text)
    finally:
        keeper.terminate()
        keeper.wait(30)


@pytest.mark.usefixtures("nothing")
def test_what_the_chart_says_otherwise_is_corrected_in_place(tmp_path: Path) -> None:
    Trunks(tmp_path / "before").once()
    before = Trunks(tmp_path / "asked").made()
    changes = {"allowedCidrs": ["10.20.0.0/16"], "roomPrefix": "phone-", "agent": "other"}
    changed = Trunks(tmp_path / "after", changes)
    done = changed.once()
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("trunks: corrected ") == 2
    after = changed.made()
    for kind in KINDS:
        names = [name for name in after[kind][0] if name.endswith("_id")]
        assert [after[kind][0][name] for name in names] == [before[kind][0][name] for name in names]
    assert after["InboundTrunk"][0]["allowed_addresses"] == ["10.20.0.0/16"]
    assert after["DispatchRule"][0]["rule"]["dispatch_rule_individual"]["room_prefix"] == "phone-"
    assert after["DispatchRule"][0]["room_config"]["agents"][0]["agent_name"] == "other"
    assert after["OutboundTrunk"] == before["OutboundTrunk"]


@pytest.mark.usefixtures("nothing")
def test_a_wrong_key_is_reported_and_makes_nothing(tmp_path: Path) -> None:
    wrong = Trunks(tmp_path / "wrong", secret="another-secret-of-at-least-32-characters")
    done = wrong.once()
    assert done.returncode == 1
    assert "trunks: ListSIPInboundTrunk is answered with 401" in done.stderr
    assert "made" not in done.stderr
    assert "another-secret" not in done.stderr
    assert Trunks(tmp_path / "right").made() == {kind: [] for kind in KINDS}


def test_a_server_that_does_not_answer_is_reported(tmp_path: Path) -> None:
    trunks = Trunks(tmp_path)
    environment = {**trunks.pod.environment("trunks"), "LIVEKIT": "http://127.0.2.8:7880"}
    done = subprocess.run(
        [*trunks.pod.command("trunks"), "once"],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "curl: " in done.stderr
    assert "made" not in done.stderr
