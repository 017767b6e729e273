"""The preview refuses another length of a deployed public prefix, with and without protection."""

from __future__ import annotations

import pytest

from azure_rehearsal.engine.engine import Rehearsal

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]


@pytest.mark.parametrize("protect", [True, False])
def test_the_preview_refuses_another_prefix_length_of_a_deployed_pool(production: Rehearsal, *, protect: bool) -> None:
    run = production.preview(config={"voice:aks.mediaPools.sip.prefixLength": 29, "voice:protect": protect})
    assert not run.ok
    assert "`voice:aks.mediaPools.sip.prefixLength` is 29, but the prefix ippre-voice-test-eastus-sip-" in run.text
    assert "Set `prefixLength: 28`." in run.text
