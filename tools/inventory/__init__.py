"""Golden inventories: what stacks send to Azure and Kubernetes, as readable files in tests/golden.

Belongs here: building a stack without an engine, writing what it declared as sorted YAML, and comparing that with the
committed files. Does not belong here: what a resource should look like (tests/unit and tests/charts), and what Azure
answers (packages/azure-rehearsal).

`voice inventory` renews the files; `voice inventory --check` only compares them.
"""
