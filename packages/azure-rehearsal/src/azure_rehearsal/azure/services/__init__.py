"""The simulated Azure resource providers: one package per SDK module, one module per SDK type.

`azure-native:network:NatGateway` is `TYPE` in `network/nat_gateway.py`. Every package has the same layout:

    __init__.py      collects the package: `TYPES` and, if the service has any, `FUNCTIONS`; nothing else
    <type>.py        one resource type, named after the SDK's type in snake case; defines `TYPE` (an `ArmType`)
    common.py        tokens, id templates and rules that several types of the package share
    other modules    rules and data of one subject (`dbforpostgresql/offers.py`); no `TYPE`

`type_registry.SERVICES` lists the packages. Data that several packages read belongs in `azure_rehearsal.azure.data`,
behavior that every type has in `azure_rehearsal.azure.core`. `tests/simulator_tests/test_layout.py` enforces the
layout.
"""
