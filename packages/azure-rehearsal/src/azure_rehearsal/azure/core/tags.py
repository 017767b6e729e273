"""ARM's limits of tags, and the stricter ones of some types.

Source: learn.microsoft.com/azure/azure-resource-manager/management/tag-resources, as of 2026-11. Only the code of names
with reserved characters is quoted from Azure (coreos/tectonic-installer#596); the page states the other limits without
their codes.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.protocol.provider import Refused

MAX_TAGS: Final = 50
MAX_NAME_LENGTH: Final = 512
MAX_VALUE_LENGTH: Final = 256
RESERVED_CHARACTERS: Final = frozenset("<>%&\\?/")
RESERVED_PREFIXES: Final = ("microsoft", "azure", "windows")

MAX_TAGS_OF_KIND: Final = dict.fromkeys(
    (
        "Microsoft.Network/dnsZones",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    ),
    15,
)
MAX_NAME_LENGTH_OF_KIND: Final = {"Microsoft.Storage/storageAccounts": 128}
PLAIN_NAMES: Final = frozenset({"Microsoft.Network/dnsZones", "Microsoft.Network/trafficManagerProfiles"})
"""Kinds whose tag names have no space and no leading digit."""


def refuse_tags(request: Request) -> None:
    """Refuses too many tags, invalid and reserved names, and names that differ only in case."""
    tags = request.inputs.get("tags")
    if not isinstance(tags, dict):
        return
    limit = MAX_TAGS_OF_KIND.get(request.kind, MAX_TAGS)
    if len(tags) > limit:
        raise Refused(
            "TooManyTags",
            f"{request.id} has {len(tags)} tags. A resource of type {request.kind} has at most {limit}.",
            "remove tags, or combine several values in one",
        )
    seen: dict[str, str] = {}
    for name, value in tags.items():
        _refuse_tag(request, str(name), value)
        other = seen.setdefault(str(name).lower(), str(name))
        if other != name:
            raise Refused(
                "InvalidTagName",
                f"The tags '{other}' and '{name}' of {request.id} have the same name: Azure ignores case.",
                "keep one of them",
            )


def _refuse_tag(request: Request, name: str, value: Any) -> None:
    if not name or set(name) & RESERVED_CHARACTERS or not name.isprintable():
        raise Refused(
            "InvalidTagNameCharacters",
            f"The tag names '{name}' have reserved characters '<,>,%,&,\\,?,/' or control characters. {request.id}.",
            "use letters, digits, '-', '_' and '.'",
        )
    longest = MAX_NAME_LENGTH_OF_KIND.get(request.kind, MAX_NAME_LENGTH)
    if name.lower().startswith(RESERVED_PREFIXES) or len(name) > longest:
        raise Refused(
            "InvalidTagName",
            f"The tag name '{name}' of {request.id} begins with a reserved prefix ({', '.join(RESERVED_PREFIXES)}) or "
            f"has more than {longest} characters.",
            "choose another name",
        )
    if request.kind in PLAIN_NAMES and (" " in name or name[0].isdigit()):
        raise Refused(
            "InvalidTagName",
            f"The tag name '{name}' of {request.id} has a space or begins with a digit, which {request.kind} does not "
            "support.",
            "choose another name",
        )
    if isinstance(value, str) and len(value) > MAX_VALUE_LENGTH:
        raise Refused(
            "InvalidTagValue",
            f"The value of tag '{name}' of {request.id} has {len(value)} characters; the limit is {MAX_VALUE_LENGTH}.",
            "shorten the value",
        )
