"""The files that the init containers create from the templates remain valid for the programs that read them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.charts.freeswitch_configuration import parameters, profiles
from tests.charts.workloads import values_of
from tests.voice.freeswitch import PASSWORD, PRIVATE, PUBLIC, FreeSwitchPod
from tests.voice.pod import Pod

pytestmark = pytest.mark.voice


def test_freeswitchs_file_is_well_formed_with_any_password_of_a_carrier(tmp_path: Path) -> None:
    pod = FreeSwitchPod(tmp_path)
    pod.secret("directOne", "user&co:<pass>&amp;$1")
    assert pod.configure().returncode == 0
    file = tmp_path / "configuration" / "freeswitch.xml"
    found = profiles(ET.fromstring(file.read_text()))  # noqa: S314  (our own text)
    (gateway,) = found["carrier"].iter("gateway")
    assert (parameters(gateway)["username"], parameters(gateway)["password"]) == ("user&co", "<pass>&amp;$1")
    assert parameters(found["edge"])["ext-sip-ip"] == PUBLIC
    assert parameters(found["inside"])["ext-sip-ip"] == parameters(found["edge"])["sip-ip"] == PRIVATE
    assert file.stat().st_mode & 0o777 == 0o600
    # FreeSWITCH resolves its variables.
    assert "${destination_number}" in file.read_text()


def test_only_files_contain_the_password_of_the_event_socket_and_no_argument(tmp_path: Path) -> None:
    pod = FreeSwitchPod(tmp_path)
    folder = tmp_path / "configuration"
    assert (folder / "event-socket").read_text() == f"{PASSWORD}\n"
    # Source of the options: github.com/signalwire/freeswitch_exporter, main.go; kingpin 2.2.6, which reads it, takes
    # further arguments from a file, one in a line.
    assert (folder / "exporter").read_text().splitlines() == [
        "--freeswitch.scrape-uri=tcp://127.0.0.1:8021",
        f"--freeswitch.password={PASSWORD}",
    ]
    assert pod.command("exporter") == ["--web.listen-address=:9282", f"@{folder}/exporter"]


def test_the_exporter_connects_to_the_address_of_the_event_socket(tmp_path: Path) -> None:
    pod = FreeSwitchPod(tmp_path, {**values_of("freeswitch", "full"), "eventSocket": {"listen": "private"}})
    first = (tmp_path / "configuration" / "exporter").read_text().splitlines()[0]
    assert first == f"--freeswitch.scrape-uri=tcp://{PRIVATE}:8021"
    assert pod.environment("health")["EVENT_SOCKET_HOST"] == PRIVATE


@pytest.mark.parametrize(
    ("chart", "file", "public"),
    [("livekit-sip", "sip.yaml", ""), ("livekit-egress", "egress.yaml", ""), ("livekit", "livekit.yaml", PUBLIC)],
)
def test_files_of_livekits_programs_contain_the_secrets_and_no_variable(
    tmp_path: Path, chart: str, file: str, public: str
) -> None:
    pod = Pod(tmp_path, chart, values_of(chart, "full"), private=PRIVATE, public=public)
    for name in pod.secret_names():
        pod.secret(name, f"secret: {name} # {{[&<*")
    done = pod.configure()
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "configuration" / file).read_text()
    assert "${" not in text
    assert yaml.safe_load(text)["redis"]["password"] == "secret: redis-password # {[&<*"
    if chart == "livekit":
        keys = yaml.safe_load((tmp_path / "configuration" / "keys.yaml").read_text())
        assert list(keys.values()) == ["secret: livekit-api-secret # {[&<*"]
