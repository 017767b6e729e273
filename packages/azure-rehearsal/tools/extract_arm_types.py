"""Writes `azure/generic/arm_types.json.gz`: the ARM paths and limits of types that have no rules of their own.

    git clone --bare https://github.com/Azure/bicep-types-az CHECKOUT
    .venv/bin/python packages/azure-rehearsal/tools/extract_arm_types.py CHECKOUT

The SDK has the shape of each type, but neither its ARM path nor patterns, lengths and ranges. Azure publishes these as
bicep types (MIT license). The two have no common name for a type: this command pairs them within a namespace by their
properties, their number of path parameters and their names. `PAIRED` and `FIXED` have the
rest.
"""

# ruff: noqa: INP001 - a command, not a part of the package

from __future__ import annotations

import collections
import difflib
import functools
import gzip
import importlib.util
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.schema import ResourceSchema, Shape, UnknownType, resource_schema

TARGET: Final = Path(__file__).parents[1] / "src/azure_rehearsal/azure/generic/arm_types.json.gz"
_MODULES: Final = """
    aad alertsmanagement apimanagement app appconfiguration applicationinsights authorization automation batch
    botservice cdn certificateregistration cognitiveservices communication compute consumption containerinstance
    containerregistry containerservice cosmosdb dashboard databricks datafactory dataprotection dbformysql
    dbforpostgresql desktopvirtualization devtestlab dns dnsresolver domainregistration elasticsan eventgrid
    eventhub features frontdoor healthcareapis hdinsight iothub keyvault kubernetesconfiguration kusto
    loadtestservice logic machinelearningservices maintenance managedidentity managedservices management maps
    monitor netapp network notificationhubs operationalinsights operationsmanagement policyinsights portal
    powerbidedicated privatedns purview recoveryservices redhatopenshift redis redisenterprise relay resources
    search security securityinsights servicebus servicefabric servicenetworking signalrservice sql
    sqlvirtualmachine storage storagesync streamanalytics synapse trafficmanager web webpubsub
"""
MODULES: Final = tuple(_MODULES.split())
"""The SDK modules in the extract."""
NAMESPACES: Final = {
    "applicationinsights": ("insights",),
    "cosmosdb": ("documentdb",),
    "dns": ("network",),
    "dnsresolver": ("network",),
    "frontdoor": ("network",),
    "iothub": ("devices",),
    "monitor": ("insights", "monitor"),
    "privatedns": ("network",),
    "redis": ("cache",),
    "redisenterprise": ("cache",),
    "trafficmanager": ("network",),
    "webpubsub": ("signalrservice",),
}
"""Namespaces of modules with another name than their namespace."""
_SITE: Final = arm_ids.provider_id("Microsoft.Web/sites", "name")
FIXED: Final = {
    "azure-native:web:WebAppApplicationSettings": f"{_SITE}/config/appsettings",
    "azure-native:web:WebAppConnectionStrings": f"{_SITE}/config/connectionstrings",
    "azure-native:web:WebAppAuthSettings": f"{_SITE}/config/authsettings",
    "azure-native:web:WebAppAuthSettingsV2": f"{_SITE}/config/authsettingsV2",
    "azure-native:web:WebAppMetadata": f"{_SITE}/config/metadata",
    "azure-native:web:WebAppSlotConfigurationNames": f"{_SITE}/config/slotConfigNames",
    "azure-native:web:WebAppDiagnosticLogsConfiguration": f"{_SITE}/config/logs",
}
PAIRED: Final = {
    "azure-native:web:WebApp": "Microsoft.Web/sites",
    "azure-native:web:WebAppSlot": "Microsoft.Web/sites/slots",
    "azure-native:keyvault:Key": "Microsoft.KeyVault/vaults/keys",
    "azure-native:cdn:CustomDomain": "Microsoft.Cdn/profiles/endpoints/customDomains",
}
"""ARM types that the comparison does not find."""
MIN_SCORE: Final = 0.5
MAX_DEPTH: Final = 6
REQUIRED: Final = 1
READ_ONLY: Final = 2
_BODY_KEYS: Final = frozenset({"id", "name", "type", "apiVersion", "properties", "systemData"})


class Definition(NamedTuple):
    """One resource type of an API version. `types` is the file that contains it; `name_type` describes its name."""

    kind: str
    types: list[dict[str, Any]]
    body: dict[str, Any]

    def target(self, reference: Mapping[str, str]) -> dict[str, Any]:
        return self.types[int(reference["$ref"].removeprefix("#/"))]

    def members(self, node: Mapping[str, Any], nested: bool) -> dict[str, Any]:
        """The properties of an object, of all alternatives of a discriminated one; `nested` adds `properties`'s own."""
        found = dict(node.get("properties") or node.get("baseProperties") or {})
        for branch in (node.get("elements") or {}).values() if node["$type"] == "DiscriminatedObjectType" else ():
            found = {**self.target(branch).get("properties", {}), **found}
        inner = self.target(found["properties"]["type"]) if nested and "properties" in found else None
        return {**self.members(inner, nested=False), **found} if inner and "Object" in inner["$type"] else found

    @property
    def literal_name(self) -> str:
        """The only name that resources of this type can have, or `""`."""
        name = self.target(self.members(self.body, nested=False)["name"]["type"])
        return name["value"] if name["$type"] == "StringLiteralType" else ""


class Checkout:
    """A git directory of bicep-types-az."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._files: dict[str, dict[str, list[str]]] = collections.defaultdict(lambda: collections.defaultdict(list))
        for path in self._git("ls-tree", "-r", "--name-only", "HEAD", "generated").splitlines():
            match path.split("/"):
                case [_, _, namespace, version, "types.json"]:
                    self._files[namespace.lower()][version].append(path)

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", self._directory, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def license(self) -> str:
        return self._git("show", "HEAD:LICENSE")

    @functools.cache  # noqa: B019 - one checkout for the whole run
    def definitions(self, namespace: str, version: str) -> dict[str, Definition]:
        """The types of an API version, of the newest older one if it is missing, else of the oldest."""
        versions = self._files[namespace]
        if not versions:
            return {}
        older = [item for item in versions if item <= version]
        found: dict[str, Definition] = {}
        for path in versions[max(older) if older else min(versions)]:
            types = json.loads(self._git("show", f"HEAD:{path}"))
            for item in types:
                if item["$type"] == "ResourceType":
                    kind = item["name"].split("@")[0]
                    body = types[int(item["body"]["$ref"].removeprefix("#/"))]
                    found[kind] = Definition(kind, types, body)
        return found


def tokens(module: str) -> list[str]:
    """The type tokens of an SDK module."""
    spec = importlib.util.find_spec("pulumi_azure_native")
    assert spec is not None
    assert spec.origin is not None
    return re.findall(rf'"(azure-native:{module}:\w+)"', Path(spec.origin).read_text(encoding="utf-8"))


# Pairing


def _words(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _similarity(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _words(one), _words(other)).ratio()


def _score(schema: ResourceSchema, definition: Definition, path_inputs: list[str]) -> float:
    """How well an SDK type and an ARM type fit, from 0 to 1."""
    type_name = schema.token.rsplit(":", 1)[-1]
    segments = definition.kind.split("/")[1:]
    theirs = {_words(name) for name in definition.members(definition.body, nested=True) if name not in _BODY_KEYS}
    repeated = {name for name in schema.inputs.properties if name in schema.outputs.properties} - {"name"}
    # The SDK renames a `properties` that it does not flatten: `datastoreProperties`.
    own = {_words(name) for name in repeated if _words(name) in theirs or not name.lower().endswith("properties")}
    shape = len(own & theirs) / len(own) if own else 0.6
    reverse = len(own & theirs) / len(theirs) if theirs else 0.6
    name = max(_similarity(type_name, segments[-1]), _similarity(type_name, "".join(segments)))
    stems = [re.sub("(Name|Id)$", "", item) for item in path_inputs]
    parents = [max(_similarity(stem, segment) for segment in segments) for stem in stems]
    fit = sum(parents) / len(parents) if parents else 0.6
    missing = len(segments) - len(path_inputs) - bool(definition.literal_name)
    extra = 0.1 * max(missing, 0) + 0.5 * max(-missing - 1, 0)
    extra += 0.5 * (type_name.endswith("Slot") and "slots" not in segments)
    return 0.3 * shape + 0.1 * reverse + 0.4 * name + 0.2 * fit - extra


def pair(schema: ResourceSchema, candidates: Mapping[str, Definition]) -> Definition | None:
    """The ARM type of an SDK type, or `None`."""
    if (known := candidates.get(PAIRED.get(schema.token, ""))) is not None:
        return known
    scored = [(_score(schema, item, path_inputs(schema, item)), item.kind) for item in candidates.values()]
    best = max(scored, default=(0.0, ""))
    return candidates[best[1]] if best[0] >= MIN_SCORE else None


def path_inputs(schema: ResourceSchema, definition: Definition) -> list[str]:
    """The inputs in the path below the scope: those that neither response nor body have, and `name`."""
    inputs, outputs = schema.inputs.properties, schema.outputs.properties
    members = definition.members(definition.body, nested=True)
    body = {name for name, member in members.items() if not member["flags"] & READ_ONLY}
    repeated = {name for name in outputs if name in body or name not in members} - {"name"}
    scopes = ("resourceGroupName", "scope", "resourceUri", "subscriptionId", "id")
    found = [
        name
        for name, member in inputs.items()
        if name not in scopes and member.shape.kind == "string" and name not in repeated
    ]
    found = [name for name in found if name == "name" or name not in body]
    optional = [name for name in found if not inputs[name].required]
    if len(optional) > 1:  # the name, options of the request's query, and the body's own `name`
        last = definition.kind.rsplit("/", 1)[-1]
        best = max(optional, key=lambda name: name.endswith("Name") + _similarity(name.removesuffix("Name"), last))
        found = [name for name in found if inputs[name].required or name == best]
    if len(found) >= definition.kind.count("/") + 1:  # the body's own `name`
        found = [name for name in found if name != "name"]
    return found


def path(schema: ResourceSchema, definition: Definition, candidates: Mapping[str, Definition]) -> str:
    """The id template with the SDK's parameter names, or `""` if the parameters do not fit."""
    inputs = schema.inputs.properties
    given = path_inputs(schema, definition)
    namespace, *segments = definition.kind.split("/")
    kinds = ["/".join([namespace, *segments[: end + 1]]) for end in range(len(segments))]
    literals = [candidates[kind].literal_name if kind in candidates else "" for kind in kinds]
    free = [index for index, literal in enumerate(literals) if not literal]
    if len(free) < len(given):  # a literal name that the SDK takes as a parameter
        free = list(range(len(segments)))[-len(given) :] if len(given) == len(segments) else free
    if len(free) > len(given):
        free = free[: len(given)] if not given else sorted([*free[: len(given) - 1], free[-1]])
    if len(free) != len(given):
        return ""
    own = [name for name in given if not inputs[name].required]

    def fit(order: tuple[str, ...]) -> float:
        names = sum(
            _similarity(re.sub("(Name|Id)$", "", name), segments[at]) for name, at in zip(order, free, strict=True)
        )
        return names + (2 if own and order and order[-1] in own else 0)

    order = max(itertools.permutations(given), key=fit, default=())
    chosen = dict(zip(free, order, strict=True))
    names = [f"{{{chosen[at]}}}" if at in chosen else literals[at] for at in range(len(segments))]
    if not all(names):
        return ""
    tail = "/".join(f"{segment}/{name}" for segment, name in zip(segments, names, strict=True))
    for scope in ("scope", "resourceUri"):
        if scope in inputs and inputs[scope].required and inputs[scope].shape.kind == "string":
            return f"/{{{scope}}}/providers/{namespace}/{tail}"
    head = arm_ids.RESOURCE_GROUP if "resourceGroupName" in inputs else arm_ids.SUBSCRIPTION
    return f"{head}/providers/{namespace}/{tail}"


# Limits


def limits(
    definition: Definition, shape: Shape, node: Mapping[str, Any], at: str = "", depth: int = 0
) -> Iterator[tuple[str, Any]]:
    """`(path, limit)` for each limited value, with the SDK's paths. A limit is `[min, max, pattern]`; `"closed"` marks
    an enum without further values."""
    kind = node["$type"]
    if kind in ("ObjectType", "DiscriminatedObjectType") and shape.kind == "object" and depth < MAX_DEPTH:
        known = shape.properties
        for name, member in definition.members(node, nested="properties" not in known).items():
            if name in known:
                inner = f"{at}.{name}" if at else name
                yield from limits(definition, known[name].shape, definition.target(member["type"]), inner, depth + 1)
    elif kind == "ArrayType" and shape.kind == "array" and shape.item is not None:
        yield from limits(definition, shape.item, definition.target(node["itemType"]), f"{at}[]", depth + 1)
    elif kind == "StringType" and shape.kind == "string":
        yield from _limit(at, node.get("minLength"), node.get("maxLength"), node.get("pattern"))
    elif kind == "IntegerType" and shape.kind in ("integer", "number"):
        yield from _limit(at, node.get("minValue"), node.get("maxValue"), None)
    elif kind == "UnionType" and shape.allowed and _is_closed(definition, node):
        yield at, "closed"


def _is_closed(definition: Definition, node: Mapping[str, Any]) -> bool:
    return all(definition.target(item)["$type"] == "StringLiteralType" for item in node["elements"])


def _limit(at: str, low: int | None, high: int | None, pattern: str | None) -> Iterator[tuple[str, Any]]:
    try:
        re.compile(pattern or "")
    except re.error:  # ECMA's syntax, which the provider skips as well
        pattern = None
    if low or high is not None or pattern:
        yield at, [low, high, pattern or ""]


def entry(token: str, checkout: Checkout, namespaces: tuple[str, ...]) -> dict[str, Any] | None:
    """The extract of one SDK type, or `None` if it has no ARM type."""
    try:
        schema = resource_schema(token)
    except UnknownType:
        return None
    if token in FIXED:
        return {"path": FIXED[token]}
    candidates: dict[str, Definition] = {}
    for namespace in namespaces:
        candidates |= checkout.definitions(f"microsoft.{namespace}", schema.api_version)
    definition = pair(schema, candidates)
    template = path(schema, definition, candidates) if definition else ""
    if definition is None or not template:
        print(f"{token}: no path, {definition and definition.kind}", file=sys.stderr)
        return None
    found: dict[str, Any] = {"path": template}
    body = definition.members(definition.body, nested=False)
    if body.get("location", {}).get("flags", 0) & REQUIRED:
        found["location"] = True
    limited = dict(limits(definition, schema.inputs, definition.body))
    own = arm_ids.parameters(template)[-1:]
    name = definition.target(body["name"]["type"])
    if own and name["$type"] == "StringType":
        limited |= dict(_limit(own[0], name.get("minLength"), name.get("maxLength"), name.get("pattern")))
    if closed := [at for at, limit in limited.items() if limit == "closed"]:
        found["closed"] = closed
    if ranges := {at: limit for at, limit in limited.items() if limit != "closed"}:
        found["limits"] = ranges
    return found


def main() -> None:
    checkout = Checkout(sys.argv[1])
    extract: dict[str, Any] = {}
    for module in MODULES:
        for token in sorted(set(tokens(module)) - set(type_registry.types())):
            if (found := entry(token, checkout, NAMESPACES.get(module, (module,)))) is not None:
                extract[token] = found
    taken: dict[str, str] = {}
    for token in sorted(extract, key=lambda item: (len(item), item)):
        if taken.setdefault(extract[token]["path"].lower(), token) != token:
            print(f"{token}: has the path of {taken[extract[token]['path'].lower()]}", file=sys.stderr)
            del extract[token]
    text = json.dumps(extract, sort_keys=True, separators=(",", ":"))
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))
    TARGET.with_name("LICENSE-bicep-types-az").write_text(checkout.license(), encoding="utf-8")


if __name__ == "__main__":
    main()
