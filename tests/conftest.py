"""What every test runs under."""

from __future__ import annotations

import os

from hypothesis import settings

# An Output in an f-string becomes a warning text in a resource; with this it raises. Read at each use, so set first.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"

# A deadline measures the machine, not the code, and fails on a busy one.
settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")
