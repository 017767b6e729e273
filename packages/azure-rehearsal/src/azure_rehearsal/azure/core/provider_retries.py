"""The conflicts that azure-native retries by itself.

azure-native retries a request that ARM refuses with one of `RETRIED_CODES`, after 20, 60 and 120 seconds. Such a
conflict therefore costs time and fails no deployment. All other conflicts reach the program: `ServerIsBusy`, concurrent
federated credentials, `StorageAccountOperationInProgress`, and failures of long-running operations.

Source: `shouldRetryConflict` and `initPipelineOpts` in `provider/pkg/azure/client_azcore.go` of pulumi-azure-native.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.protocol.provider import Refused, RetryWait

RETRIED_CODES: Final = frozenset({"AnotherOperationInProgress"})
RETRY_SECONDS: Final = (20, 60, 120)
"""The pauses before the retries. Here the request is then accepted, however many other writes come first: on Azure,
random parts of the pauses spread the retries."""

Result = TypeVar("Result")


def with_retries(cloud: Cloud, urn: str, request: Callable[[], Result]) -> Result:
    """Sends a request until ARM accepts it or refuses it for another reason. Records the time that this costs."""
    seconds: list[int] = []
    while True:
        try:
            result = request()
        except Refused as refused:
            if refused.code not in RETRIED_CODES:
                raise
            seconds += RETRY_SECONDS[len(seconds) : len(seconds) + 1]
            cloud.retry_waits[urn] = RetryWait(urn, refused.code, sum(seconds), refused.remediation)
            cloud.wait_for_write()
        else:
            return result
