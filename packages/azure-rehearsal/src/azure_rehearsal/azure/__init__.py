"""A simulated Azure Resource Manager behind the azure-native provider's protocol.

    provider.py    what the provider does: names, checks, what replaces, what a plan knows
    arm.py         what ARM does for every type: scopes, references, locks, names, what is in use
    cloud.py       what exists, in a file of its own
    schema.py      the shape of every type, from the installed SDK
    rules.py       `ArmType`, the vocabulary of rules; registry.py collects the types
    client.py      who asks
    controllers/   what clusters have made: load balancers, disks, records

and one module or package for each ARM resource provider: `resources`, `network`, `privatedns`, `managedidentity`,
`authorization`, `containerservice`. Data that several rules read has modules of its own: `regions`, `vm_sizes`,
`role_definitions`, `addresses` (public ranges), `network.service_tags`.

To add a resource provider:

1. Write `<module>.py`, named like the SDK's module, with `TYPES: Final = (ArmType(...), ...)`. Nothing is needed of the
   shape: the SDK knows it. Give the id template, what forces a replacement, limits that the API specification states
   (the provider's Check refuses those), and what ARM adds, keeps immutable, serialises and protects from deletion.
2. Rules that are more than data are functions of a `Request` that raise `Refused(code, message, way_out)` in Azure's
   own words, or set `request.failure` for what ARM accepts and then fails to provision. Give the source of every limit.
   Refuse only what Azure refuses; what it accepts and regrets later belongs to the settings' checks.
3. Functions that are not plain getters go into `FUNCTIONS` (`{token: (type token, function)}`); `get…` works by itself.
4. Add the module to `registry.MODULES`, and at least one refusal of every type to the tests.
"""
