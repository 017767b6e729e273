"""The harness refuses what its docstring lists, and its graph has the complete registrations."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random
import pytest
from pulumi_azure_native import authorization, containerservice, managedidentity, network, resources

from azure_rehearsal.protocol.values import UNKNOWN
from tests.unit.graph import Graph, join_path, split_path
from tests.unit.harness import HarnessError, build
from tests.unit.outputs import SUBSCRIPTION_ID

VIRTUAL_NETWORK = "azure-native:network:VirtualNetwork"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
CREDENTIALS = "azure-native:containerservice:listManagedClusterUserCredentials"


class Pair(pulumi.ComponentResource):
    """A resource group and a network in it."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Pair", name, None, opts)
        group = resources.ResourceGroup(
            f"{name}-group", resource_group_name="rg-test", opts=pulumi.ResourceOptions(parent=self)
        )
        self.network = network.VirtualNetwork(
            f"{name}-network",
            resource_group_name=group.name,
            virtual_network_name="vnet-test",
            address_space={"address_prefixes": ["10.0.0.0/16"]},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"networkId": self.network.id})


def cluster_provider() -> kubernetes.Provider:
    return kubernetes.Provider("cluster", kubeconfig="{}")


def cluster() -> containerservice.ManagedCluster:
    return containerservice.ManagedCluster("aks", resource_group_name="rg-test", resource_name_="aks-test")


def refused(program: Callable[[], object], **options: Any) -> str:
    with pytest.raises(HarnessError) as caught:
        build(program, **options)
    return str(caught.value)


# Refusals


def test_two_resources_with_one_urn_are_refused() -> None:
    def program() -> None:
        Pair("same")
        resources.ResourceGroup("first")
        resources.ResourceGroup("first")

    message = refused(program)
    assert "Two resources have the URN urn:pulumi:test::voice::azure-native:resources:ResourceGroup::first" in message
    assert 'f"{name}-…"' in message, "the remediation is to name children after their component"


def test_children_with_equal_names_in_different_component_types_have_different_urns() -> None:
    class Other(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__("voice:index:Other", name)
            resources.ResourceGroup("pair-group", opts=pulumi.ResourceOptions(parent=self))
            self.register_outputs({})

    def program() -> None:
        Pair("pair")
        Other("other")

    assert len(build(program).of_type("azure-native:resources:ResourceGroup")) == 2


def test_an_unanswered_function_call_is_refused_with_its_token() -> None:
    message = refused(lambda: pulumi.export("tenant", authorization.get_client_config_output().tenant_id))
    assert "The program calls azure-native:authorization:getClientConfig" in message
    assert "invokes={'azure-native:authorization:getClientConfig':" in message


def test_an_unanswered_function_call_is_refused_even_if_nothing_uses_its_result() -> None:
    assert "getClientConfig" in refused(lambda: authorization.get_client_config_output() and None)


def test_an_answer_that_fails_is_reported_even_if_nothing_uses_it() -> None:
    token = "azure-native:authorization:getClientConfig"
    message = refused(
        lambda: authorization.get_client_config_output() and None, invokes={token: lambda arguments: {}["missing"]}
    )
    assert message == f"The answer to {token} given to build(…, invokes=…) failed: KeyError('missing')"


def test_a_method_call_on_a_resource_is_refused() -> None:
    message = refused(lambda: pulumi.runtime.call("voice:index:Pair/method", {}) and None)
    assert message.startswith("The program calls the method voice:index:Pair/method of a resource")


def test_a_kubernetes_resource_without_provider_is_refused() -> None:
    message = refused(lambda: kubernetes.core.v1.ConfigMap("settings"))
    assert message.startswith(f"{CONFIG_MAP} settings has no explicit provider")


def test_a_chart_without_provider_is_refused() -> None:
    message = refused(lambda: kubernetes.helm.v4.Chart("agent", chart="./agent"))
    assert message.startswith("kubernetes:helm.sh/v4:Chart agent has no explicit provider")


def test_a_kubernetes_resource_uses_the_provider_of_its_component() -> None:
    def program() -> None:
        parent = pulumi.ComponentResource(
            "voice:index:Holder", "holder", opts=pulumi.ResourceOptions(providers=[cluster_provider()])
        )
        kubernetes.core.v1.ConfigMap("settings", opts=pulumi.ResourceOptions(parent=parent))
        kubernetes.helm.v4.Chart("agent", chart="./agent", opts=pulumi.ResourceOptions(parent=parent))

    graph = build(program)
    provider = graph.one("pulumi:providers:kubernetes").urn
    assert graph.one(CONFIG_MAP).provider == provider
    assert graph.one("kubernetes:helm.sh/v4:Chart").provider == provider


def test_a_snake_case_key_in_an_azure_input_is_refused_with_its_path() -> None:
    mistyped: Any = {"address_prefixes": ["10.0.0.0/16"], "ipam_pool": 1}
    message = refused(lambda: network.VirtualNetwork("net", resource_group_name="rg-test", address_space=mistyped))
    assert message.startswith(f"{VIRTUAL_NETWORK} net has keys that no provider knows: addressSpace.ipam_pool.")


def test_a_snake_case_key_in_a_kubernetes_input_is_refused_with_its_path() -> None:
    def program() -> None:
        kubernetes.apiextensions.CustomResource(
            "route",
            api_version="gateway.networking.k8s.io/v1",
            kind="HTTPRoute",
            spec={"rules": [{"backend_refs": []}]},
            opts=pulumi.ResourceOptions(provider=cluster_provider()),
        )

    assert "spec.rules[0].backend_refs" in refused(program)


def test_free_maps_may_have_any_keys() -> None:
    def program() -> None:
        resources.ResourceGroup("group", tags={"cost_center": "voice"})
        kubernetes.core.v1.ConfigMap(
            "settings",
            metadata={"annotations": {"an_annotation": "x"}},
            data={"vars_xml": "<x/>"},
            opts=pulumi.ResourceOptions(provider=cluster_provider()),
        )

    assert build(program).one(CONFIG_MAP).value("data.vars_xml") == "<x/>"


def test_an_output_without_a_value_is_refused_where_it_is_used() -> None:
    def program() -> None:
        resources.ResourceGroup("group", tags={"fqdn": cluster().fqdn})

    message = refused(program)
    assert message.startswith(
        "azure-native:resources:ResourceGroup group takes tags.fqdn from an output that no mock supplies."
    )
    assert "The output is one of urn:pulumi:test::voice::azure-native:containerservice:ManagedCluster::aks." in message


def test_an_output_without_a_value_is_refused_after_an_apply_and_as_an_export() -> None:
    message = refused(lambda: pulumi.export("address", cluster().fqdn.apply(lambda fqdn: f"https://{fqdn}")))
    assert message.startswith("The program exports address from an output that no mock supplies.")


def test_an_output_without_a_value_is_refused_in_the_outputs_of_a_component() -> None:
    def program() -> None:
        component = pulumi.ComponentResource("voice:index:Cluster", "cluster")
        component.register_outputs({"fqdn": cluster().fqdn})

    message = refused(program)
    assert "urn:pulumi:test::voice::voice:index:Cluster::cluster registers the outputs fqdn from" in message


def test_an_id_that_depends_on_an_automatic_name_is_refused_where_it_is_used() -> None:
    def program() -> None:
        pulumi.export("id", resources.ResourceGroup("group").id)

    assert "The program exports id from an output that no mock supplies." in refused(program)


def test_registering_outputs_twice_is_refused() -> None:
    def program() -> None:
        component = pulumi.ComponentResource("voice:index:Twice", "twice")
        component.register_outputs({})
        component.register_outputs({})

    assert "calls register_outputs twice" in refused(program)


def test_a_transform_is_refused_because_mocks_do_not_run_it() -> None:
    def program() -> None:
        resources.ResourceGroup("group", opts=pulumi.ResourceOptions(transforms=[lambda _arguments: None]))

    assert "transform" in refused(program)


def test_all_problems_are_reported_together() -> None:
    def program() -> None:
        kubernetes.core.v1.ConfigMap("one")
        kubernetes.core.v1.ConfigMap("two")

    message = refused(program)
    assert f"{CONFIG_MAP} one" in message
    assert f"{CONFIG_MAP} two" in message


def test_an_output_in_a_formatted_string_raises() -> None:
    with pytest.raises(Exception, match=r"Calling __str__ on an Output"):
        build(lambda: f"{cluster().id}")


def test_an_error_of_the_program_is_raised_unchanged() -> None:
    def program() -> None:
        resources.ResourceGroup("group")
        raise LookupError("no such region")

    with pytest.raises(LookupError, match=r"^no such region$"):
        build(program)


def test_an_error_inside_an_apply_is_raised_unchanged() -> None:
    def fail(_id: str) -> str:
        raise LookupError("inside an apply")

    with pytest.raises(LookupError, match=r"^inside an apply$"):
        build(lambda: cluster().id.apply(fail) and None)


# The graph


@pytest.fixture(scope="module")
def pair() -> Graph:
    return build(lambda: Pair("pair"))


def test_urns_equal_those_of_the_engine(pair: Graph) -> None:
    assert [resource.urn for resource in pair.resources] == [
        "urn:pulumi:test::voice::voice:index:Pair::pair",
        "urn:pulumi:test::voice::voice:index:Pair$azure-native:resources:ResourceGroup::pair-group",
        "urn:pulumi:test::voice::voice:index:Pair$azure-native:network:VirtualNetwork::pair-network",
    ]


def test_a_urn_has_the_types_of_all_ancestors() -> None:
    def program() -> None:
        outer = pulumi.ComponentResource("voice:index:Outer", "outer")
        Pair("inner", pulumi.ResourceOptions(parent=outer))

    graph = build(program)
    assert graph.one(VIRTUAL_NETWORK).urn == (
        "urn:pulumi:test::voice::voice:index:Outer$voice:index:Pair$azure-native:network:VirtualNetwork::inner-network"
    )
    assert [parent.name for parent in graph.ancestors(graph.one(VIRTUAL_NETWORK).urn)] == ["inner", "outer"]


def test_the_graph_is_a_tree_with_the_stack_as_root(pair: Graph) -> None:
    (component,) = pair.children(pair.stack)
    assert component.type == "voice:index:Pair"
    assert {child.name for child in pair.children(component.urn)} == {"pair-group", "pair-network"}


def test_dependencies_are_recorded_for_the_resource_and_for_each_property(pair: Graph) -> None:
    group = pair.one("azure-native:resources:ResourceGroup")
    vnet = pair.one(VIRTUAL_NETWORK)
    assert vnet.dependencies == (group.urn,)
    assert vnet.property_dependencies["resourceGroupName"] == (group.urn,)
    assert vnet.property_dependencies["addressSpace"] == ()


def test_the_registered_outputs_of_a_component_are_recorded(pair: Graph) -> None:
    assert pair.one("voice:index:Pair").registered_outputs == {
        "networkId": f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-test/providers/Microsoft.Network"
        "/virtualNetworks/vnet-test"
    }


def test_a_component_without_registered_outputs_is_recorded() -> None:
    graph = build(lambda: pulumi.ComponentResource("voice:index:Silent", "silent"))
    assert graph.one("voice:index:Silent").registered_outputs is None


def test_inputs_have_the_names_of_the_provider(pair: Graph) -> None:
    assert pair.one(VIRTUAL_NETWORK).inputs["addressSpace"] == {"addressPrefixes": ["10.0.0.0/16"]}
    assert pair.one(VIRTUAL_NETWORK).value("addressSpace.addressPrefixes[0]") == "10.0.0.0/16"


def test_a_missing_path_is_refused_with_the_existing_keys(pair: Graph) -> None:
    with pytest.raises(LookupError, match=r"has no addressSpace\.prefixes: inside addressSpace is addressPrefixes$"):
        pair.one(VIRTUAL_NETWORK).value("addressSpace.prefixes")


def test_one_without_a_match_lists_the_existing_types(pair: Graph) -> None:
    with pytest.raises(LookupError, match=r"found 0; the types are: .*VirtualNetwork.*voice:index:Pair"):
        pair.one("azure-native:network:Subnet")


def test_one_with_several_matches_lists_their_names() -> None:
    def program() -> None:
        resources.ResourceGroup("east")
        resources.ResourceGroup("west")

    graph = build(program)
    with pytest.raises(LookupError, match="found 2; of that type there are: east, west"):
        graph.one("azure-native:resources:ResourceGroup")
    assert graph.one("azure-native:resources:ResourceGroup", "west").name == "west"


def test_resource_options_are_recorded() -> None:
    def program() -> None:
        group = resources.ResourceGroup("group")
        resources.ResourceGroup(
            "guarded",
            opts=pulumi.ResourceOptions(
                protect=True,
                retain_on_delete=True,
                delete_before_replace=False,
                deleted_with=group,
                replace_on_changes=["location"],
                ignore_changes=["tags"],
                additional_secret_outputs=["managed_by"],
                aliases=[pulumi.Alias(name="former")],
                custom_timeouts=pulumi.CustomTimeouts(create="30m"),
            ),
        )

    graph = build(program)
    guarded = graph.one("azure-native:resources:ResourceGroup", "guarded")
    assert guarded.protect is True
    assert guarded.retain_on_delete is True
    assert guarded.delete_before_replace is False
    assert guarded.deleted_with == graph.one("azure-native:resources:ResourceGroup", "group").urn
    assert guarded.replace_on_changes == ("location",)
    assert guarded.ignore_changes == ("tags",)
    assert guarded.additional_secret_outputs == ("managedBy",)
    assert [alias.split(",")[0] for alias in guarded.aliases] == ["name=former"], "aliases of API versions are removed"
    assert guarded.custom_timeouts == {"create": "30m"}
    plain = graph.one("azure-native:resources:ResourceGroup", "group")
    assert (plain.protect, plain.delete_before_replace, plain.aliases) == (None, None, ())


def test_a_secret_is_recorded_by_its_path_and_includes_all_values_below() -> None:
    def program() -> None:
        resources.ResourceGroup("group", tags={"open": "x", "hidden": pulumi.Output.secret("y")})
        kubernetes.Provider("cluster", kubeconfig=pulumi.Output.secret("{}"))

    graph = build(program)
    group = graph.one("azure-native:resources:ResourceGroup")
    assert group.inputs["tags"] == {"open": "x", "hidden": "y"}
    assert group.is_secret("tags.hidden")
    assert not group.is_secret("tags.open")
    assert not group.is_secret("tags"), "one value of the map is secret, and not the whole map"
    assert graph.one("pulumi:providers:kubernetes").is_secret("kubeconfig")


def test_a_generated_password_stays_secret() -> None:
    def program() -> None:
        password = random.RandomPassword("password", length=24)
        kubernetes.core.v1.ConfigMap(
            "settings",
            data={"password": password.result, "host": "db"},
            opts=pulumi.ResourceOptions(provider=cluster_provider()),
        )

    settings = build(program).one(CONFIG_MAP)
    assert len(settings.value("data.password")) == 24
    assert settings.is_secret("data.password")
    assert not settings.is_secret("data.host")


def test_exports_are_recorded_and_secret_exports_are_marked() -> None:
    def program() -> None:
        pulumi.export("zone", "voice.example.com")
        pulumi.export("kubeconfig", pulumi.Output.secret({"users": []}))

    graph = build(program)
    assert graph.exports == {"zone": "voice.example.com", "kubeconfig": {"users": []}}
    assert graph.secret_exports == {"kubeconfig"}


def test_function_calls_are_answered_and_recorded_in_order() -> None:
    def program() -> None:
        aks = cluster()
        credentials = containerservice.list_managed_cluster_user_credentials_output(
            resource_group_name="rg-test",
            resource_name="aks-test",
            opts=pulumi.InvokeOutputOptions(depends_on=[aks]),
        )
        pulumi.export("kubeconfig", credentials.kubeconfigs[0].value)

    graph = build(program, invokes={CREDENTIALS: lambda arguments: {"kubeconfigs": [{"name": "u", "value": "e30="}]}})
    assert graph.exports["kubeconfig"] == "e30="
    (call,) = graph.invokes
    assert (call.token, call.arguments) == (
        CREDENTIALS,
        {"resourceGroupName": "rg-test", "resourceName": "aks-test"},
    )


def test_a_lookup_by_id_is_recorded_as_a_lookup() -> None:
    def program() -> None:
        group = resources.ResourceGroup.get("shared", "/subscriptions/x/resourceGroups/rg-shared")
        pulumi.export("location", group.location)

    graph = build(program, computed={"azure-native:resources:ResourceGroup": lambda resource: {"location": "eastus"}})
    shared = graph.one("azure-native:resources:ResourceGroup")
    assert (shared.read, shared.import_id) == (True, "/subscriptions/x/resourceGroups/rg-shared")
    assert graph.exports["location"] == "eastus"


def test_outputs_can_be_supplied_for_one_build() -> None:
    graph = build(
        lambda: pulumi.export("fqdn", cluster().fqdn),
        computed={
            "azure-native:containerservice:ManagedCluster": lambda resource: {
                "fqdn": f"{resource.inputs['resourceName']}.azmk8s.io"
            }
        },
    )
    assert graph.exports["fqdn"] == "aks-test.azmk8s.io"


def test_an_identity_has_a_stable_principal() -> None:
    def program() -> None:
        for name in ("one", "two"):
            identity = managedidentity.UserAssignedIdentity(name, resource_group_name="rg-test", resource_name_=name)
            pulumi.export(name, identity.principal_id)

    first, second = build(program), build(program)
    assert first.exports == second.exports
    assert first.exports["one"] != first.exports["two"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first.exports["one"])


def test_identities_are_a_list_in_inputs_and_a_map_in_outputs() -> None:
    def identities(identity: Any) -> list[str]:
        return list(identity.user_assigned_identities)

    def program() -> None:
        identity = managedidentity.UserAssignedIdentity("id", resource_group_name="rg-test", resource_name_="id-test")
        aks = containerservice.ManagedCluster(
            "aks",
            resource_group_name="rg-test",
            resource_name_="aks-test",
            identity=containerservice.ManagedClusterIdentityArgs(
                type=containerservice.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity.id]
            ),
        )
        pulumi.export("identities", aks.identity.apply(identities))

    (identity,) = build(program).exports["identities"]
    assert identity.endswith("/userAssignedIdentities/id-test")
    assert build(program, preview=True).exports == {"identities": UNKNOWN}


def test_a_repeated_unanswered_call_is_reported_once() -> None:
    def program() -> None:
        for name in ("first", "second"):
            network.get_virtual_network_output(resource_group_name="rg-test", virtual_network_name=name)

    message = refused(program)
    assert message.count("azure-native:network:getVirtualNetwork with") == 1
    assert "first" in message


def test_warnings_of_the_program_are_recorded() -> None:
    graph = build(lambda: pulumi.log.warn("one zone only"))
    assert [(message.severity, message.text) for message in graph.messages] == [("warning", "one zone only")]


# Builds


def test_configuration_reaches_the_program_as_from_a_stack_file() -> None:
    def program() -> None:
        settings = pulumi.Config()
        pulumi.export("region", settings.require("region"))
        pulumi.export("regions", settings.require_object("regions"))
        pulumi.export("token", settings.require_secret("token"))
        pulumi.export("stack", f"{pulumi.get_project()}/{pulumi.get_stack()}")

    graph = build(
        program,
        stack="staging",
        config={"region": "eastus", "voice:regions": [{"name": "eastus"}], "token": "s3cret"},
        secret_keys=["token"],
    )
    assert graph.exports == {
        "region": "eastus",
        "regions": [{"name": "eastus"}],
        "token": "s3cret",
        "stack": "voice/staging",
    }
    assert graph.secret_exports == {"token"}


def test_builds_do_not_share_state() -> None:
    def first() -> None:
        pulumi.runtime.register_stack_transformation(
            lambda arguments: pulumi.ResourceTransformationResult(
                props=arguments.props,
                opts=pulumi.ResourceOptions.merge(arguments.opts, pulumi.ResourceOptions(protect=True)),
            )
        )
        pulumi.export("left", "over")
        resources.ResourceGroup("group")

    seen: list[str | None] = []

    def second() -> None:
        seen.append(pulumi.Config().get("region"))
        resources.ResourceGroup("group")

    build(first, stack="first", config={"region": "eastus"})
    graph = build(second, stack="second")
    assert graph.stack == "urn:pulumi:second::voice::pulumi:pulumi:Stack::voice-second"
    assert graph.exports == {}
    assert graph.one("azure-native:resources:ResourceGroup").protect is None
    assert seen == [None]


def test_a_build_leaves_no_global_state() -> None:
    build(lambda: None, project="other", config={"region": "eastus"})
    assert pulumi.Config("other").get("region") is None
    assert pulumi.get_project() != "other"


def test_a_failed_build_does_not_affect_the_next() -> None:
    refused(lambda: kubernetes.core.v1.ConfigMap("settings"))
    assert len(build(lambda: Pair("pair")).resources) == 3


def test_resources_have_the_order_of_the_program_in_up_and_in_preview() -> None:
    def program() -> None:
        last = resources.ResourceGroup("group-0", resource_group_name="rg-0")
        for number in range(1, 40):
            options = pulumi.ResourceOptions(depends_on=[last]) if number % 3 else None
            last = resources.ResourceGroup(f"group-{number}", resource_group_name=f"rg-{number}", opts=options)

    expected = [f"group-{number}" for number in range(40)]
    assert [resource.name for resource in build(program).resources] == expected
    assert [resource.name for resource in build(program, preview=True).resources] == expected


def test_a_preview_knows_inputs_only() -> None:
    def program() -> None:
        pair = Pair("pair")
        pulumi.export("id", pair.network.id)

    graph = build(program, preview=True)
    vnet = graph.one(VIRTUAL_NETWORK)
    assert vnet.inputs["virtualNetworkName"] == "vnet-test"
    assert vnet.inputs["resourceGroupName"] is UNKNOWN, "the value is an output of the group"
    assert graph.exports == {"id": UNKNOWN}


def test_a_call_that_depends_on_a_new_resource_is_unknown_in_a_preview() -> None:
    def program() -> None:
        credentials = containerservice.list_managed_cluster_user_credentials_output(
            resource_group_name="rg-test",
            resource_name="aks-test",
            opts=pulumi.InvokeOutputOptions(depends_on=[cluster()]),
        )
        pulumi.export("kubeconfigs", credentials.kubeconfigs)

    graph = build(program, invokes={CREDENTIALS: lambda arguments: {"kubeconfigs": []}}, preview=True)
    assert graph.exports == {"kubeconfigs": UNKNOWN}
    assert graph.invokes == ()


# Paths


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("tags", ("tags",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('metadata.annotations["a.b/c"]', ("metadata", "annotations", "a.b/c")),
    ],
)
def test_a_path_is_split_into_keys_and_positions(path: str, parts: tuple[str | int, ...]) -> None:
    assert split_path(path) == parts
    written = ""
    for part in parts:
        written = join_path(written, part)
    assert written == path
