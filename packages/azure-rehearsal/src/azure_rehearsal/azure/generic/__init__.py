"""The generic tier: resource types and functions of the SDK that have no rules in `azure.services`.

    arm_types.py          `generic_type(token)`: the ARM path, limits and closed enums of a type
    arm_types.json.gz     extract of github.com/Azure/bicep-types-az (LICENSE-bicep-types-az), written by
                          `tools/extract_arm_types.py` of this distribution
    outputs.py            response properties: what ARM repeats, and placeholders for what Azure generates
    known_outputs.py      formats of well-known generated values, such as host names
    functions.py          answers of `list…` and `get…` functions without an implementation

A type belongs here until it has a module in `azure.services`. This tier refuses only what Azure's published types
exclude: missing and mistyped values, limits, values outside closed enums, missing scopes, parents and references. It
does not know immutable properties, defaults, SKUs and states. Reports count its types (`reports/coverage.py`).
"""
