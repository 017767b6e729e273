"""A stack of a kind without a cluster, from the test-only kind in `tests/unit/kinds`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))

from components.aliases import remove_historic_aliases
from settings.loader import load_secrets, load_settings
from tests.unit.kinds.clusterless import BOTH_KINDS, ClusterlessSettings
from tests.unit.kinds.region import ClusterlessRegion, ClusterlessRegionArgs

remove_historic_aliases()
settings = load_settings(BOTH_KINDS)
assert isinstance(settings, ClusterlessSettings)
ClusterlessRegion("region", ClusterlessRegionArgs(settings=settings, secrets=load_secrets(BOTH_KINDS)))
