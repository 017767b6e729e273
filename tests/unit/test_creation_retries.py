"""Retries of operations that Azure refuses only for a short time."""

from __future__ import annotations

import asyncio

import pulumi
import pytest

from components import creation_retries
from components.creation_retries import MISSING_CLUSTER_ROLES, MISSING_WATCHER, PAUSES, TemporaryRefusal, retry_on

ROLE = 'Status=400 Code="CustomKubeletIdentityMissingPermissionError" Message="…"'
LONGEST_SECONDS = 120


class Attempts:
    """Calls the hook of one resource as the engine does, without waiting."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.slept: list[float] = []
        self.logged: list[str] = []

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        class Hook:
            def __init__(self, name: str, callback: object) -> None:
                self.name, self.callback = name, callback

        monkeypatch.setattr(creation_retries.asyncio, "sleep", sleep)
        monkeypatch.setattr(pulumi, "ErrorHook", Hook)
        monkeypatch.setattr(pulumi.log, "info", lambda text: None)
        monkeypatch.setattr(pulumi.log, "error", self.logged.append)

    def until_the_end(self, error: str, refusals: tuple[TemporaryRefusal, ...], operation: str = "create") -> int:
        """The number of retries that the hook asks for while the same error returns."""
        (hook,) = retry_on("cluster", refusals).on_error or []
        errors = [error]
        while self._asks(hook, errors, operation):
            errors.insert(0, error)
        return len(errors) - 1

    def _asks(self, hook: pulumi.ErrorHook, errors: list[str], operation: str) -> bool:
        args = pulumi.ErrorHookArgs("urn", "", "cluster", "type", failed_operation=operation, errors=errors)

        async def ask() -> bool:
            answer = hook.callback(args)
            return answer if isinstance(answer, bool) else await answer

        return asyncio.run(ask())


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> Attempts:
    return Attempts(monkeypatch)


@pytest.mark.parametrize("operation", ["create", "update"])
def test_a_new_role_is_awaited_with_growing_pauses_for_two_minutes(attempts: Attempts, operation: str) -> None:
    assert attempts.until_the_end(ROLE, MISSING_CLUSTER_ROLES, operation) == len(PAUSES)

    assert attempts.slept == sorted(attempts.slept)
    assert sum(attempts.slept) == LONGEST_SECONDS


def test_the_refusal_that_remains_says_what_to_do(attempts: Attempts) -> None:
    attempts.until_the_end(ROLE, MISSING_CLUSTER_ROLES)
    attempts.until_the_end("ResourceGroupNotFound: …", MISSING_WATCHER)

    roles, watcher = attempts.logged
    assert "cluster: " in roles
    assert "Run `pulumi up` again in ten minutes" in roles
    assert "az network watcher configure" in watcher


@pytest.mark.parametrize(
    ("error", "operation"),
    [("QuotaExceeded: …", "create"), ("ServerIsBusy: …", "update"), (ROLE, "delete")],
    ids=["another error", "a conflict", "a deletion"],
)
def test_everything_else_fails_at_once(attempts: Attempts, error: str, operation: str) -> None:
    assert attempts.until_the_end(error, MISSING_CLUSTER_ROLES, operation) == 0
    assert attempts.slept == []
    assert attempts.logged == []
