"""The options of the simulated subscription, and `serve-azure`."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from azure_rehearsal.azure.core.subscription import FILE, DenyPolicy, Subscription
from azure_rehearsal.cli.subscription_options import SubscriptionOptions
from azure_rehearsal.errors import UsageError
from azure_rehearsal.testing import subscription_of


def test_without_options_nothing_is_written(tmp_path: Path) -> None:
    SubscriptionOptions().apply(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_options_set_the_facts_and_keep_others(tmp_path: Path) -> None:
    SubscriptionOptions(fresh_subscription=True, quota=["CORES=10"]).apply(tmp_path)
    SubscriptionOptions(quota=["microsoft.dbforpostgresql/cores=4"], deny=["required-tag=owner"]).apply(tmp_path)
    SubscriptionOptions(deny=["required-tag=cost-center", "allowed-locations=eastus+westus"]).apply(tmp_path)

    facts = Subscription.open(tmp_path / FILE)

    assert not facts.is_registered("Microsoft.Network")
    assert facts.quotas == {"cores": 10, "microsoft.dbforpostgresql/cores": 4}
    assert facts.policies == [
        DenyPolicy("required-tag", "required-tag", ("cost-center",)),
        DenyPolicy("allowed-locations", "allowed-locations", ("eastus", "westus")),
    ]


@pytest.mark.parametrize("text", ["", "cores", "cores=", "cores=many", "cpus=4", "=4"])
def test_an_invalid_quota_is_refused_with_the_known_names(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"is not NAME=N.*standardDSv5Family.*microsoft.dbforpostgresql/cores"):
        SubscriptionOptions(quota=[text]).apply(tmp_path)


@pytest.mark.parametrize("text", ["", "required-tag", "required-tag=", "audit=x"])
def test_an_invalid_policy_is_refused_with_the_known_ones(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="allowed-locations, not-allowed-types, required-tag"):
        SubscriptionOptions(deny=[text]).apply(tmp_path)


def test_serve_azure_prints_the_address_and_serves_until_it_is_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "azure_rehearsal", "serve-azure", "--state", str(tmp_path), "--fresh-subscription"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
            connection = HTTPConnection(url.removeprefix("http://"), timeout=20)
            connection.request("POST", "/subscriptions/s/providers/Microsoft.Network/register?api-version=2021-04-01")
            assert connection.getresponse().status == 200
            connection.close()
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=20)
    assert code in (0, 130)
    with subscription_of(tmp_path) as facts:
        assert facts.is_registered("Microsoft.Network")
        assert not facts.is_registered("Microsoft.Storage")
