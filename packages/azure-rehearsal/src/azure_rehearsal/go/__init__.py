"""Go modules that pin the programs which the simulator builds: the Pulumi CLI and a Kubernetes control plane.

Belongs here: one directory with `go.mod` and `go.sum` for each program. Does not belong here: the build and its cache
(`azure_rehearsal.engine.go_tool`), Python code.
"""
