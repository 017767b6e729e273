"""A simulated Azure Resource Manager behind the protocol of the azure-native provider.

    core/provider.py       the provider: Check, Diff, previews, names, replacements
    core/arm.py            ARM's behavior for every type: scopes, references, locks, resources in use
    core/cloud.py          the stored resources, in a file of their own
    core/schema.py         the shape of every type, from the installed SDK
    core/rules.py          `ArmType`: the behavior of one type; type_registry.py collects the types
    core/provider_retries.py  the conflicts that the provider retries, and the time that this costs
    core/delayed_effects.py   roles and network watchers, which take effect later
    core/account_access.py    accounts that accept a private endpoint only without another write
    core/client.py         the subscription, tenant and principal that send requests
    core/subscription.py   the facts of the subscription: registered providers, quotas, policies
    data/                  data that several services read: regions and their pairs, VM sizes, built-in roles
    services/              one package per service, named after the SDK's module; its docstring states the layout
    rest/                  the cloud over ARM's REST API, read-only
    generic/               types and functions without rules
    controllers/           the Azure side of controllers in clusters: load balancers, disks, DNS records

It knows nothing about Kubernetes objects beyond what controllers pass to it, and nothing about reports or the CLI.

To add a resource type:

1. Create the module `services/<SDK module>/<SDK type in snake case>.py` with `TYPE: Final = ArmType(...)`. Do not
   declare properties: the SDK's classes define them. Declare the id template, the properties whose change replaces the
   resource, the limits that the API specification states (the provider's Check enforces them), and ARM's defaults,
   immutable properties, exclusive writes and delete conditions.
2. Write other rules as functions of a `Request`. They raise `Refused(code, message, remediation)` with Azure's wording,
   or set `request.failure` if ARM accepts the request and provisioning fails. State the source of every limit. Refuse
   only what Azure refuses; advice belongs in the checks of the program under rehearsal. If only a list of the rehearsal
   lacks a value, call `request.warn_unknown` and go on.
3. Functions other than getters go into `FUNCTIONS`: `{token: (type token, function)}`. Getters (`get…`) need no code.
4. Add the type to `TYPES` in the package's `__init__.py`, a new package to `type_registry.SERVICES`, and at least one
   refusal of the type to the tests. Give each error code a row with its source in `docs/fidelity.yaml`.
"""
