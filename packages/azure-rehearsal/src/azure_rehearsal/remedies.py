"""Codes of engine failures for which a project can have its own remediation (`Adapter.remedy_for`).

Owns the codes and the simulator's own texts. Does not own the error codes of Azure and Kubernetes, which
`Adapter.remedy_for` receives too.
"""

from __future__ import annotations

from typing import Final

PROTECTED: Final = "ProtectedResource"
"""The plan deletes or replaces a protected resource."""
PROTECTED_POOL: Final = "ProtectedNodePool"
"""The plan replaces a protected node pool, because Azure cannot change one of its properties in place."""
INTERRUPTED: Final = "InterruptedRun"
"""The engine was killed, so its state is locked or has pending operations."""

REMEDIATION: Final = "{remediation}"
"""In a project's remediation of an Azure or Kubernetes code: the place of the simulator's own."""
STACK: Final = "{stack}"
"""In a project's remediation of an Azure or Kubernetes code: the place of the stack's name."""

RETRY: Final = "run the command again: completed operations are kept"
IMPORT_EXISTING: Final = "import the resources that already exist (`pulumi preview --import-file`, `pulumi import`)"
RECOVER: Final = (
    f"unlock the state (`pulumi cancel`), {IMPORT_EXISTING}, drop the pending creations"
    " (`pulumi refresh --clear-pending-creates`), then run the command again"
)


def no_remedy(code: str) -> str:
    """The remediations of a project that has none of its own."""
    del code
    return ""
