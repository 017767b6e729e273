"""Reads a stack file, completes it with the defaults of its class and base, and validates it by its kind.

The form of stack files and the way in which Pulumi passes them belong here; checks across sections belong in
`model.checks`. It imports `settings.schema` and
`model`; only `__main__` and the tools import it.
"""

from __future__ import annotations

from settings.loader.pulumi_config import load_secrets, load_settings
from settings.loader.stack_file import check_stack_file, load_stack_file

__all__ = ["check_stack_file", "load_secrets", "load_settings", "load_stack_file"]
