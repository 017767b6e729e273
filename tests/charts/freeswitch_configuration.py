"""FreeSWITCH's configuration as the chart renders it, and a reader of its dialplan.

The reader knows as much of mod_dialplan_xml as the chart uses: extensions in order, conditions that all must match. The
first extension that matches is the last one, unless it continues. What the reader does not know it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from tests.charts.rendering import rendered

FILLED_IN = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
"""What the pod fills in when it starts; FreeSWITCH's own variables are in small letters."""
DIALLING = frozenset(
    {"bridge", "socket", "transfer", "deflect", "redirect", "execute_extension", "sched_transfer", "originate",
     "fifo", "conference", "lua", "python", "javascript"}
)  # fmt: skip
"""Applications that lead a call on."""


def text(values: Mapping[str, Any], filled_in: Mapping[str, str] | None = None) -> str:
    """The file, with these values for what the pod fills in, or the variables' own names."""
    objects = rendered("freeswitch", values)
    files = next(o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"] == "freeswitch")["data"]
    return FILLED_IN.sub(lambda found: (filled_in or {}).get(found[1], found[1]), files["freeswitch.xml"])


def document(values: Mapping[str, Any], filled_in: Mapping[str, str] | None = None) -> ET.Element:
    """The file, read. Raises `ParseError` where it is not well-formed."""
    return ET.fromstring(text(values, filled_in))  # noqa: S314  (our own text)


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
    """What happens to a call to `number`: applications and their data, before variables are filled in.

    `source` is the access list that the caller's address is on, `sdp` the caller's offer.
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
    values = {"destination_number": number, "${switch_r_sdp}": sdp}
    if acl := re.fullmatch(r"\$\{acl\(\$\{network_addr\} ([a-z0-9-]+)\)\}", field):
        values[field] = "true" if acl[1] == source else "false"
    assert field in values, field
    return re.search(condition.attrib["expression"], values[field]) is not None


def dialled(context: ET.Element, number: str) -> list[tuple[str, str]]:
    """Where a call to `number` is led on to."""
    return [(application, data) for application, data in actions(context, number) if application in DIALLING]


def bridges(context: ET.Element) -> list[str]:
    """The bridges that a call in is offered to, in order."""
    return [data for application, data in dialled(context, "+4930123456") if application == "bridge"]
