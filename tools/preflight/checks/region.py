"""The region: its zones, its pair, the services that it offers, and the Kubernetes version.

Responses: Azure/azure-rest-api-specs, Microsoft.Resources/stable/2022-12-01/examples/GetLocations.json and
GetProvider.json, Microsoft.ContainerService/aks/stable/2024-09-01/examples/KubernetesVersions_List.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.azure_types import azure_types
from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Result

AKS_API: Final = "2024-09-01"
ADDRESS_ZONES: Final = ("1", "2", "3")
"""The zones of the public addresses of every stack."""


def _zones_and_pair(facts: Facts) -> Iterator[Result]:
    region = facts.locations.get(facts.location)
    if region is None:
        yield Finding(
            code="unknown-location",
            wrong=f"The subscription has no location {facts.location}.",
            expected="a location of the subscription for the region in `voice:regions`",
            fix="Choose one of the list; some regions need a request for access.",
            command="az account list-locations --query '[].name' --output tsv",
        )
        return
    zones = {item["logicalZone"] for item in region.get("availabilityZoneMappings") or []}
    missing = sorted({*facts.settings.aks.zones, *ADDRESS_ZONES} - zones)
    if missing:
        yield Finding(
            code="zone-missing",
            wrong=f"Region {facts.location} has no zone {', '.join(missing)} for this subscription.",
            expected="the zones 1, 2 and 3: public addresses are redundant across them",
            fix="Choose a region with three availability zones for `voice:regions`.",
            command="az account list-locations --query '[?availabilityZoneMappings].name' --output tsv",
        )
    yield from _pair(facts, has_pair=bool(region.get("metadata", {}).get("pairedRegion")))


def _pair(facts: Facts, *, has_pair: bool) -> Iterator[Result]:
    if has_pair:
        return
    data = facts.settings.data
    primary = facts.settings.this_region == facts.settings.primary_region
    changes = {}
    if data.storage.replication != "LRS":
        changes["voice:data.storage.replication"] = (data.storage.replication, "LRS")
    if primary and data.postgresql.mode == "managed" and data.postgresql.geo_redundant_backup:
        changes["voice:data.postgresql.geoRedundantBackup"] = ("true", "false")
    for setting, (value, instead) in changes.items():
        yield Finding(
            code="no-paired-region",
            wrong=f"Region {facts.location} has no paired region, but `{setting}` is {value}.",
            expected=f"{instead}: Azure refuses geo-redundancy there (RedundancyConfigurationNotAvailableInRegion)",
            fix="Change the setting, or choose a region with a pair.",
            command=f"pulumi config set --stack {facts.stack} --path {setting} {instead}",
        )


def _services(facts: Facts) -> Iterator[Result]:
    for item in azure_types(facts.settings):
        if item.place == "global":
            continue
        provider = facts.providers.get(item.provider.lower(), {})
        kind = item.name.split("/", 1)[1].lower()
        offer = next(
            (found for found in provider.get("resourceTypes") or [] if found["resourceType"].lower() == kind), None
        )
        if offer is None:
            # The response of an unregistered provider can lack types; nothing follows from that.
            continue
        places = {_location_name(place) for place in offer.get("locations") or []}
        location = item.location(facts.settings)
        if places and location not in places and "global" not in places:
            yield Finding(
                code="service-not-in-region",
                wrong=f"Azure does not offer {item.name} in {location}.",
                expected="a location that offers all types of the stack",
                fix="Choose one of the list for the region in `voice:regions`.",
                command=f"az provider show --namespace {item.provider} --query"
                f" \"resourceTypes[?resourceType=='{offer['resourceType']}'].locations[]\" --output tsv",
            )


def _location_name(display_name: str) -> str:
    """`eastus` for `East US`."""
    return display_name.replace(" ", "").lower()


def _kubernetes(facts: Facts) -> Iterator[Result]:
    wanted = facts.settings.aks.kubernetes_version
    answer = facts.azure.get(
        f"{facts.subscription_path}/providers/Microsoft.ContainerService/locations/{facts.location}/kubernetesVersions",
        AKS_API,
    )
    plan = "AKSLongTermSupport" if facts.settings.aks.long_term_support else "KubernetesOfficial"
    offered = [
        item["version"]
        for item in answer.get("values") or []
        if not item.get("isPreview") and plan in item.get("capabilities", {}).get("supportPlan", [plan])
    ]
    if wanted not in offered:
        yield Finding(
            code="kubernetes-version-not-offered",
            wrong=f"AKS in {facts.location} does not offer Kubernetes {wanted} with support plan {plan}.",
            expected=f"one of {', '.join(offered) or 'none'}",
            fix="Change `voice:aks.kubernetesVersion`.",
            command=f"az aks get-versions --location {facts.location} --output table",
        )


CHECKS = (
    Check(name="zones and pair of the region", run=_zones_and_pair),
    Check(name="services of the region", run=_services),
    Check(name="Kubernetes version", run=_kubernetes, providers=("Microsoft.ContainerService",)),
)
