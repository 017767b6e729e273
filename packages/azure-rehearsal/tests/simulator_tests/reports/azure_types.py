"""The types of azure-native, read from its package without importing its thousands of classes."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path


def _types() -> frozenset[str]:
    spec = find_spec("pulumi_azure_native")
    assert spec is not None
    assert spec.origin is not None
    return frozenset(re.findall(r'"(azure-native:\w+:\w+)"', Path(spec.origin).read_text(encoding="utf-8")))


AZURE_TYPES = _types()
