"""`voice preflight` against responses written from Microsoft's published examples.

Each file of `responses/` names its source. Values are those of the stack tests/unit/bad_stacks/Pulumi.valid.yaml, for
which everything is in place; tests change one response each.
"""
