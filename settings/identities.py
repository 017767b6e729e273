"""Who in the cluster may read and write what: one table, used for Azure's roles and for the pods alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from settings import secrets


class Container(StrEnum):
    """The blob containers of a region's storage account."""

    CONVERSATIONS = "conversations"
    UPLOADS = "uploads"
    RECORDINGS = "recordings"
    BACKUPS = "backups"


GIVEN_SECRETS: Final = "voice:secrets"
"""Stands in the table for every secret that the stack file gives."""


@dataclass(frozen=True, kw_only=True)
class WorkloadAccount:
    """A Kubernetes ServiceAccount with an identity in Azure, and the least that it needs.

    `secrets` are names in the vault, `containers` those it writes to, `redis` and `database_administrator` whether it
    signs in there with its identity.
    """

    name: str
    namespace: str
    secrets: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ()
    redis: bool = False
    database_administrator: bool = False

    @property
    def subject(self) -> str:
        """What Kubernetes writes into the account's tokens."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    def reads(self, given: Sequence[str]) -> tuple[str, ...]:
        """The secrets that it reads, where the stack file gives these."""
        found = [name for secret in self.secrets for name in (given if secret == GIVEN_SECRETS else (secret,))]
        return tuple(sorted(set(found)))


_LIVEKIT_KEYS: Final = (secrets.LIVEKIT_API_KEY.name, secrets.LIVEKIT_API_SECRET.name)

WORKLOAD_ACCOUNTS: Final = (
    WorkloadAccount(name="sip-edge", namespace="voice-edge", secrets=(GIVEN_SECRETS,)),
    WorkloadAccount(
        name="freeswitch",
        namespace="voice-media",
        secrets=(secrets.EVENT_SOCKET_PASSWORD.name, secrets.CALL_TOKEN_KEY.name, GIVEN_SECRETS),
        containers=(Container.RECORDINGS,),
    ),
    WorkloadAccount(name="livekit", namespace="voice-media", secrets=(*_LIVEKIT_KEYS, secrets.REDIS_PASSWORD)),
    WorkloadAccount(name="livekit-sip", namespace="voice-media", secrets=(*_LIVEKIT_KEYS, secrets.REDIS_PASSWORD)),
    WorkloadAccount(
        name="livekit-egress",
        namespace="voice-agents",
        secrets=(*_LIVEKIT_KEYS, secrets.REDIS_PASSWORD, secrets.EGRESS_STORAGE_KEY),
    ),
    WorkloadAccount(
        name="voice-agent",
        namespace="voice-agents",
        secrets=(*_LIVEKIT_KEYS, secrets.CALL_TOKEN_KEY.name, secrets.JWT_SIGNING_KEY.name, GIVEN_SECRETS),
        containers=(Container.CONVERSATIONS, Container.UPLOADS),
        redis=True,
    ),
    WorkloadAccount(
        name="database-jobs",
        namespace="voice-system",
        containers=(Container.BACKUPS,),
        redis=True,
        database_administrator=True,
    ),
)
