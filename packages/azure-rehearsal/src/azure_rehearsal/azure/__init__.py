"""A simulated Azure Resource Manager behind the azure-native provider's protocol.

    core/provider.py   what the provider does: names, checks, what replaces, what a plan knows
    core/arm.py        what ARM does for every type: scopes, references, locks, names, what is in use
    core/cloud.py      what exists, in a file of its own
    core/schema.py     the shape of every type, from the installed SDK
    core/rules.py      `ArmType`, the vocabulary of rules; registry.py collects the types
    core/client.py     who asks
    data/              what several services read: regions and their pairs, VM sizes, built-in roles
    services/          one package per service, named like the SDK's module
    controllers/       what clusters have made: load balancers, disks, records

Every service has the same layout: `__init__.py` says what the service is and collects `TYPES` and `FUNCTIONS`, each
kind of resource has a module (`vaults.py`, `secrets.py`), and `common.py` has what several of them share.

To add a service:

1. Write a package in `services/`, named like the SDK's module, with a module for each kind of resource that defines
   `TYPES: Final = (ArmType(...), ...)`. Nothing is needed of the shape: the SDK knows it. Give the id template, what
   forces a replacement, limits that the API specification states (the provider's Check refuses those), and what ARM
   adds, keeps immutable, serialises and protects from deletion.
2. Rules that are more than data are functions of a `Request` that raise `Refused(code, message, way_out)` in Azure's
   own words, or set `request.failure` for what ARM accepts and then fails to provision. Give the source of every limit.
   Refuse only what Azure refuses; what it accepts and regrets later belongs to the settings' checks.
3. Functions that are not plain getters go into `FUNCTIONS` (`{token: (type token, function)}`); `get…` works by itself.
4. Add the package to `registry.MODULES`, and at least one refusal of every type to the tests.
"""
