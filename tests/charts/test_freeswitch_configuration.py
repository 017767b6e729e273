"""FreeSWITCH's configuration: ports, access lists, and protection against toll fraud."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_rehearsal.kubernetes.helm_charts import ChartError
from tests.charts.freeswitch_configuration import (
    FORWARDING,
    actions,
    bridges,
    contexts,
    document,
    forwarded,
    module,
    parameters,
    profiles,
    text,
)
from tests.charts.workloads import WORKLOADS, kinds_of_values, values_of

KINDS = kinds_of_values(next(w for w in WORKLOADS if w.chart == "freeswitch"))
every_kind = pytest.mark.parametrize("kind", KINDS)
FRAUDULENT_NUMBERS = [
    "+881612345678", "+979123456789", "900123456", "00881612345678", "011881612345678", "+4930123456", "+493012345678",
    "9+881612345678", "voice", "operator", "s", "1000", "911", "112", "*72", "#31#+881612345678", "",
    "sofia/gateway/acme/+881612345678", "+881612345678@sip.evil.example", "x|sofia/gateway/acme/+881612345678",
    "1,sofia/gateway/acme/1", "${destination_number}", "%2B881612345678", "+881612345678;phone-context=evil",
    "[leg_timeout=1]sofia/gateway/acme/1", "{x=y}loopback/1", "1\r\nX-Voice-Carrier: acme", "a" * 65, "٠٩٠٠",
]  # fmt: skip
"""Numbers that toll fraud uses, and strings that must not be taken for a number."""


@cache
def root(kind: str) -> ET.Element:
    return document(values_of("freeswitch", kind))


@cache
def two_carriers() -> dict[str, Any]:
    values = values_of("freeswitch", "minimal")
    values["carriers"] = [
        {"name": "german", "signallingCidrs": ["203.0.113.0/28"], "ingress": "edge",
         "outbound": {"host": "sip.g.example", "port": 5070, "transport": "tcp", "prefixes": ["+49"]}},
        {"name": "swiss", "signallingCidrs": ["198.51.100.0/24"], "ingress": "direct", "credentials": "swiss",
         "outbound": {"host": "sip.s.example", "prefixes": ["+41", "+423"], "caller": "+41440000000"}},
        {"name": "silent", "signallingCidrs": ["192.0.2.0/24"], "ingress": "edge"},
    ]  # fmt: skip
    return values


@cache
def outbound() -> ET.Element:
    return contexts(document(two_carriers()))["outbound"]


@every_kind
def test_the_configuration_is_well_formed_and_has_each_part_once(kind: str) -> None:
    names = [c.attrib["name"] for c in root(kind).iterfind("section[@name='configuration']/configuration")]
    assert len(names) == len(set(names))
    assert set(profiles(root(kind))) == {"edge", "carrier", "inside"}
    assert set(contexts(root(kind))) == {"inbound", "bridge-failed", "refused", "outbound", "transferred", "nowhere"}


def test_all_ports_come_from_the_values() -> None:
    values = {**two_carriers(), "carriers": two_carriers()["carriers"][:1]}
    values["bridge"] = {"to": "livekit", "livekitSip": {"port": 7070}}
    usual = parameters_with_ports(document(values))
    values["ports"] = {
        "edge": 6060, "carrier": 6080, "inside": 6090, "eventSocket": 9021, "health": 9082, "metrics": 9283,
        "rtpFirst": 12000, "rtpLast": 12999,
    }  # fmt: skip
    unusual = parameters_with_ports(document(values))
    assert unusual == {
        "edge": "6060", "carrier": "6080", "inside": "6090", "listen-port": "9021", "rtp-start-port": "12000",
        "rtp-end-port": "12999",
    }  # fmt: skip
    assert not set(usual.values()) & set(re.findall(r"\d{4,5}", text(values)))
    assert ":7070;" in text(values)


def parameters_with_ports(read: ET.Element) -> dict[str, str]:
    """The ports on which FreeSWITCH listens."""
    switch, event_socket = parameters(module(read, "switch.conf")), parameters(module(read, "event_socket.conf"))
    return {
        **{name: parameters(profile)["sip-port"] for name, profile in profiles(read).items()},
        "listen-port": event_socket["listen-port"],
        **{name: switch[name] for name in ("rtp-start-port", "rtp-end-port")},
    }


@every_kind
def test_profiles_use_their_contexts_and_accept_no_registrations(kind: str) -> None:
    found = {name: parameters(profile) for name, profile in profiles(root(kind)).items()}
    assert {name: p["context"] for name, p in found.items()} == {
        "edge": "inbound",
        "carrier": "nowhere",
        "inside": "outbound",
    }
    assert {name: p["apply-inbound-acl"] for name, p in found.items()} == {
        "edge": "callers",
        "carrier": "carriers",
        "inside": "inside",
    }
    for own in found.values():
        assert (own["disable-register"], own["accept-blind-reg"]) == ("true", "false")
        assert own["local-network-acl"] == "loopback.auto"
    assert parameters(module(root(kind), "switch.conf"))["rtp-retain-crypto-keys"] == "false"


@every_kind
def test_carriers_get_the_public_address_and_internal_peers_the_private_one(kind: str) -> None:
    for name, profile in profiles(root(kind)).items():
        own = parameters(profile)
        assert (own["sip-ip"], own["rtp-ip"]) == ("PRIVATE_ADDRESS", "PRIVATE_ADDRESS")
        expected = "PRIVATE_ADDRESS" if name == "inside" else "PUBLIC_ADDRESS"
        assert (own["ext-sip-ip"], own["ext-rtp-ip"]) == (expected, expected)


def test_callers_are_allowed_by_address_only() -> None:
    lists = {entry.attrib["name"]: entry for entry in module(document(two_carriers()), "acl.conf").iter("list")}
    assert {entry.attrib["default"] for entry in lists.values()} == {"deny"}
    allowed = {name: {node.attrib["cidr"] for node in entry} for name, entry in lists.items()}
    assert {node.attrib["type"] for entry in lists.values() for node in entry} == {"allow"}
    # Calls that a carrier sends through the edge come from the edge's address.
    assert allowed["callers"] == {"198.51.100.0/24"}
    assert allowed["carriers"] == {"203.0.113.0/28", "198.51.100.0/24", "192.0.2.0/24"}
    assert allowed["inside"] == {"127.0.0.0/8"}


@every_kind
@pytest.mark.parametrize("context", ["inbound", "nowhere"])
def test_the_destination_of_an_inbound_call_does_not_depend_on_the_caller(kind: str, context: str) -> None:
    destinations = {
        tuple(step for step in forwarded(contexts(root(kind))[context], number) if step[0] != "execute_extension")
        for number in [*FRAUDULENT_NUMBERS, "+4930987654"]
    }
    fixed = destinations - {()}
    assert len(fixed) == (1 if context == "inbound" else 0)
    for place in fixed:
        for _, data in place:
            assert "${" not in data, "the caller may control a variable"
            assert "gateway" not in data


@every_kind
def test_public_contexts_lead_to_no_other_context_and_no_carrier(kind: str) -> None:
    public = {parameters(profile)["context"] for name, profile in profiles(root(kind)).items() if name != "inside"}
    for name in public:
        for action in contexts(root(kind))[name].iter("action"):
            application, data = action.attrib["application"], action.attrib.get("data", "")
            assert application not in FORWARDING - {"bridge", "socket", "execute_extension"}
            if application == "bridge":
                assert re.sub(r"^\[[a-z_=,\d]+\]", "", data).startswith("sofia/inside/voice@"), data
            if application == "execute_extension":
                assert data.endswith(" XML bridge-failed")
            if application == "limit":
                assert data.endswith(" full XML refused")
        assert "outbound" not in ET.tostring(contexts(root(kind))[name], encoding="unicode")
    for name in ("bridge-failed", "refused"):
        applications = {action.attrib["application"] for action in contexts(root(kind))[name].iter("action")}
        assert applications <= {"log", "hangup", "respond", "unset"}


def test_only_a_transfer_by_the_bridge_leaves_the_inbound_context() -> None:
    values = {**two_carriers(), "bridge": {"to": "livekit"}}
    assert ("set", "force_transfer_context=transferred") in actions(
        contexts(document(values))["inbound"], "+4930987654"
    )
    numbers = ["+4930123456", "+41441234567"]
    for name in ("outbound", "transferred"):
        destinations = [forwarded(contexts(document(values))[name], number) for number in numbers]
        assert [len(place) for place in destinations] == [1, 1]
        assert forwarded(contexts(document(values))[name], "+43123456789") == []


@every_kind
def test_remote_parties_cannot_transfer_calls(kind: str) -> None:
    for name in ("edge", "carrier"):
        assert parameters(profiles(root(kind))[name])["disable-transfer"] == "true"


@every_kind
def test_an_unanswered_call_gets_503_so_that_another_node_is_tried(kind: str) -> None:
    assert actions(contexts(root(kind))["inbound"], "+4930987654")[-1] == ("respond", "503")
    assert actions(contexts(root(kind))["nowhere"], "+4930987654")[-1] == ("respond", "403")


@every_kind
def test_calls_end_after_the_maximum_duration(kind: str) -> None:
    values = values_of("freeswitch", kind)
    longest = values.get("drain", {}).get("maxCallSeconds", 3600)
    hangup = ("sched_hangup", f"+{longest} ALLOTTED_TIMEOUT")
    assert hangup in actions(contexts(root(kind))["inbound"], "+4930987654")
    for carrier in values.get("carriers", []):
        for prefix in carrier.get("outbound", {}).get("prefixes", []):
            assert hangup in actions(contexts(root(kind))["outbound"], f"{prefix}1234567")


@given(st.from_regex(r"\+(49|41|423)[0-9]{2,12}", fullmatch=True))
def test_an_allowed_number_goes_to_its_carrier_only(number: str) -> None:
    carrier = "german" if number.startswith("+49") else "swiss"
    assert forwarded(outbound(), number) == [("bridge", f"sofia/gateway/{carrier}/${{destination_number}}")]


@given(
    st.one_of(
        st.text(),
        st.sampled_from(FRAUDULENT_NUMBERS),
        st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True),
        st.from_regex(r"\+(49|41|423)[0-9]{0,17}.{0,2}", fullmatch=True),
    )
)
def test_every_other_number_is_refused(number: str) -> None:
    if not re.fullmatch(r"\+(?=[0-9]{4,15}\n?$)(49|41|423)[0-9]*\n?", number, re.ASCII):
        assert actions(outbound(), number)[-1] == ("respond", "403")


@pytest.mark.parametrize(
    "number",
    ["+49", "+491", "+49" + "1" * 15, "0049301234567", "49301234567", "+4930123a", "+4930123;x=y", "x+4930123456",
     "+4930123456@evil.example", "+49 30 123456", "+1+4930123456", "+49301234|sofia/gateway/swiss/1"],
)  # fmt: skip
def test_a_malformed_number_is_refused(number: str) -> None:
    assert [a for a, _ in actions(outbound(), number)] == ["log", "respond"]
    assert actions(outbound(), number)[-1] == ("respond", "403")


def test_a_full_number_is_allowed_exactly_and_a_prefix_with_every_suffix() -> None:
    values = two_carriers()
    german = {"host": "sip.g.example", "prefixes": ["+4930"], "numbers": ["+4989123456"]}
    values = {**values, "carriers": [{**values["carriers"][0], "outbound": german}]}
    context = contexts(document(values))["outbound"]
    allowed = {n for n in ("+4989123456", "+49891234560", "+498912345", "+4930", "+493012", "+49301234567")
               if forwarded(context, n)}  # fmt: skip
    assert allowed == {"+4989123456", "+4930", "+493012", "+49301234567"}


@pytest.mark.parametrize("prefix", ["+4930123456", "+49 30", "49"])
def test_an_invalid_prefix_is_refused(prefix: str) -> None:
    values = two_carriers()
    german = {"host": "sip.g.example", "prefixes": [prefix]}
    with pytest.raises(ChartError, match="prefixes"):
        document({**values, "carriers": [{**values["carriers"][0], "outbound": german}]})


@pytest.mark.parametrize(("context", "number"), [("inbound", "+4930987654"), ("outbound", "+4930123456")])
def test_call_limits_apply_before_the_second_leg(context: str, number: str) -> None:
    found = actions(
        contexts(document({**two_carriers(), "limits": {"calls": 70, "callsPerSecond": 7}}))[context], number
    )
    limits = [data for application, data in found if application == "limit"]
    assert limits == ["hash node rate 7/1 full XML refused", "hash node calls 70 full XML refused"]
    applications = [application for application, _ in found]
    assert max(i for i, a in enumerate(applications) if a == "limit") < min(
        i for i, a in enumerate(applications) if a in {"bridge", "socket"}
    )


@every_kind
def test_session_limits_exceed_call_limits(kind: str) -> None:
    values, own = values_of("freeswitch", kind), parameters(module(root(kind), "switch.conf"))
    limits = {"calls": 100, "callsPerSecond": 15, **values.get("limits", {})}
    assert int(own["max-sessions"]) > 2 * limits["calls"]
    # FreeSWITCH admits one session fewer than configured.
    assert int(own["sessions-per-second"]) > 2 * limits["callsPerSecond"] + 1
    assert "min-idle-cpu" not in own


def test_outbound_calls_use_the_caller_id_of_their_carrier() -> None:
    swiss = actions(outbound(), "+41441234567")
    assert ("set", "effective_caller_id_number=+41440000000") in swiss
    assert ("set", "effective_caller_id_name=+41440000000") in swiss


def test_a_carrier_is_identified_by_address_or_by_the_edges_header() -> None:
    context = contexts(document(two_carriers()))["inbound"]

    def names(source: str) -> list[str]:
        return [data for _, data in actions(context, "+4930987654", source) if data.startswith("voice_carrier=")]

    assert names("inside") == ["voice_carrier=${sip_h_X-Voice-Carrier}"]
    assert names("carrier-swiss") == ["voice_carrier=swiss"]
    assert names("carrier-german") == names("elsewhere") == []


def test_only_built_in_codecs_are_offered() -> None:
    for profile in profiles(document(two_carriers())).values():
        own = parameters(profile)
        assert own["inbound-codec-prefs"] == own["outbound-codec-prefs"] == "PCMU,PCMA"
        assert own["rtp-timer-name"] == "soft"


def test_gateways_match_the_carriers_in_the_values() -> None:
    gateways = {g.attrib["name"]: parameters(g) for g in profiles(document(two_carriers()))["carrier"].iter("gateway")}
    assert set(gateways) == {"german", "swiss"}
    assert (gateways["german"]["proxy"], gateways["german"]["register-transport"]) == ("sip.g.example:5070", "tcp")
    assert (gateways["swiss"]["proxy"], gateways["swiss"]["register-transport"]) == ("sip.s.example:5060", "udp")
    assert {g["register"] for g in gateways.values()} == {"false"}
    swiss = gateways["swiss"]
    assert (swiss["username"], swiss["password"]) == ("CARRIER_SWISS_USER", "CARRIER_SWISS_PASSWORD")


def test_an_unsupported_transport_is_refused() -> None:
    values = two_carriers()
    german = {**values["carriers"][0], "outbound": {**values["carriers"][0]["outbound"], "transport": "tls"}}
    with pytest.raises(ChartError, match="transport"):
        document({**values, "carriers": [german]})


def test_the_local_bridge_is_tried_first_with_a_short_progress_timeout() -> None:
    values = values_of("freeswitch", "minimal")
    values["bridge"] = {"to": "livekit"}
    own, other = bridges(contexts(document(values))["inbound"])
    assert own.startswith("[leg_progress_timeout=5,media_timeout=10000]sofia/inside/voice@PRIVATE_ADDRESS:")
    assert "@livekit-sip.voice-media.svc.cluster.local:" in other
    # No limit until the answer: the agent joins the room in this time.
    assert "leg_timeout" not in own + other


def test_digits_wait_for_a_second_on_the_leg_to_the_bridge_only() -> None:
    steps = actions(
        contexts(document(values_of("freeswitch", "full") | {"bridge": {"to": "livekit"}}))["inbound"], "+4930123456"
    )
    wait = ("export", "nolocal:execute_on_answer=send_dtmf W")
    assert steps.index(wait) < [application for application, _ in steps].index("bridge")


def test_a_call_to_the_agent_socket_has_a_token_that_hides_its_key() -> None:
    values = values_of("freeswitch", "minimal")
    values["bridge"] = {"to": "agentSocket"}
    found = actions(contexts(document(values))["inbound"], "+4930987654")
    assert ("set", "voice_token=${md5(CALL_TOKEN_KEY:${md5(${uuid}:CALL_TOKEN_KEY)})}") in found
    assert [a for a, _ in found].index("set") < [a for a, _ in found].index("socket")
