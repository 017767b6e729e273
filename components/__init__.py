"""The resources: one component for each noun, one file or package each. Nothing here knows of the rehearsal.

Wiring comes as `pulumi.Input`, decisions as plain settings. Names are explicit (`model.naming`), and what Azure
makes once (addresses, principal ids, the kubeconfig) is read by invokes on names, so that a plan knows it while its
maker is updated (`docs/decisions/0003-plans-tell-the-truth.md`).
"""
