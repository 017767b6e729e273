"""The resources of the program, one module per subject."""

from __future__ import annotations
