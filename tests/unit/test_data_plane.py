"""The program needs Azure's control plane only: deployers are outside the network of vaults and storage accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.unit.graph import Graph
from tests.unit.stack_variants import non_default
from tests.unit.stacks import COMMITTED, graph_of

SECRET: Final = "azure-native:keyvault:Secret"
DATA_PLANE: Final = frozenset(
    {
        "azure-native:keyvault:Key",
        SECRET,
        "azure-native:storage:Blob",
        "azure-native:storage:StorageAccountStaticWebsite",
    }
)
"""Types with operations in a data plane: provider/pkg/resources/customresources of pulumi-azure-native 3.29."""


def _refuse_data_plane(graph: Graph) -> None:
    assert {resource.type for resource in graph.resources} & DATA_PLANE == {SECRET}
    for secret in graph.of_type(SECRET):
        assert secret.retain_on_delete, f"{secret.name} would be deleted through the vault's network"


@pytest.mark.parametrize("stack", COMMITTED, ids=lambda path: path.stem)
def test_committed_stacks_use_no_data_plane(stack: Path) -> None:
    _refuse_data_plane(graph_of(stack))


def test_non_default_settings_use_no_data_plane() -> None:
    _refuse_data_plane(non_default())
