"""A simulator of Azure and Kubernetes under Pulumi's real engine.

Belongs here: the commands (`cli`), the engine runs (`engine`), Pulumi's protocols (`protocol`), the simulated Azure
(`azure`) and Kubernetes (`kubernetes`), faults (`chaos`) and reports (`reports`). Does not belong here: anything about
the project that is rehearsed. A project describes itself in its adapter (`azure_rehearsal.adapter`).
"""
