"""FreeSWITCH's configuration as the chart renders it, and an evaluator of its dialplan.

The evaluator implements the part of mod_dialplan_xml that the chart uses: extensions in order, with conditions that
must all match. The first matching extension ends the evaluation unless it continues. Unknown elements raise an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from tests.charts.rendering import rendered

POD_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
"""Variables that the pod resolves at startup; FreeSWITCH's own variables are lower case."""
FORWARDING = frozenset(
    {"bridge", "socket", "transfer", "deflect", "redirect", "execute_extension", "sched_transfer", "originate",
     "fifo", "conference", "lua", "python", "javascript"}
)  # fmt: skip
"""Applications that forward a call."""


def text(values: Mapping[str, Any], variables: Mapping[str, str] | None = None) -> str:
    """The file, with variables replaced by these values or by their names."""
    objects = rendered("freeswitch", values)
    files = next(o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"] == "freeswitch")["data"]
    return POD_VARIABLE.sub(lambda found: (variables or {}).get(found[1], found[1]), files["freeswitch.xml"])


def document(values: Mapping[str, Any], variables: Mapping[str, str] | None = None) -> ET.Element:
    """The parsed file. Raises `ParseError` if it is not well-formed."""
    return ET.fromstring(text(values, variables))  # noqa: S314  (our own text)


def parameters(element: ET.Element) -> dict[str, str]:
    """The parameters of a module, a profile or a gateway."""
    return {param.attrib["name"]: param.attrib["value"] for param in element.iter("param")}


def module(root: ET.Element, name: str) -> ET.Element:
    """The configuration of a module."""
    found = root.find(f"section[@name='configuration']/configuration[@name='{name}']")
    assert found is not None, f"no configuration {name}"
    return found


def profiles(root: ET.Element) -> dict[str, ET.Element]:
    """SIP profiles by name."""
    return {profile.attrib["name"]: profile for profile in module(root, "sofia.conf").iter("profile")}


def contexts(root: ET.Element) -> dict[str, ET.Element]:
    """Contexts of the dialplan by name."""
    return {context.attrib["name"]: context for context in root.iterfind("section[@name='dialplan']/context")}


def actions(context: ET.Element, number: str, source: str = "inside", sdp: str = "") -> list[tuple[str, str]]:
    """The applications, with their data, that run for a call to `number`; variables are unresolved.

    `source` is the access list of the caller's address, `sdp` the caller's offer.
    """
    found: list[tuple[str, str]] = []
    for extension in context:
        assert extension.tag == "extension", extension.tag
        assert set(extension.attrib) <= {"name", "continue"}, extension.attrib
        if all(_matches(condition, number, source, sdp) for condition in extension):
            steps = [action for condition in extension for action in condition]
            assert {action.tag for action in steps} <= {"action"}
            found += [(action.attrib["application"], action.attrib.get("data", "")) for action in steps]
            if extension.attrib.get("continue") != "true":
                break
    return found


def _matches(condition: ET.Element, number: str, source: str, sdp: str) -> bool:
    assert condition.tag == "condition", condition.tag
    assert set(condition.attrib) <= {"field", "expression"}, condition.attrib
    field = condition.attrib.get("field")
    if field is None:
        return True
    values = {"destination_number": number, "${switch_r_sdp}": sdp, "${node_draining}": ""}
    if acl := re.fullmatch(r"\$\{acl\(\$\{network_addr\} ([a-z0-9-]+)\)\}", field):
        values[field] = "true" if acl[1] == source else "false"
    assert field in values, field
    return re.search(condition.attrib["expression"], values[field]) is not None


def forwarded(context: ET.Element, number: str) -> list[tuple[str, str]]:
    """The forwarding applications that run for a call to `number`."""
    return [(application, data) for application, data in actions(context, number) if application in FORWARDING]


def bridges(context: ET.Element) -> list[str]:
    """The bridges that are tried for an inbound call, in order."""
    return [data for application, data in forwarded(context, "+4930123456") if application == "bridge"]
