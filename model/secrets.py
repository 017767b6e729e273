"""The secrets that the platform creates. Users supply their own secrets in `voice:secrets`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class GeneratedSecret:
    """A random secret. It has letters and digits only, because some programs that read it do not quote it."""

    name: str
    length: int
    purpose: str


LIVEKIT_API_KEY: Final = GeneratedSecret("livekit-api-key", 16, "names the key pair of LiveKit's clients")
LIVEKIT_API_SECRET: Final = GeneratedSecret("livekit-api-secret", 48, "signs the tokens of LiveKit's clients")
EVENT_SOCKET_PASSWORD: Final = GeneratedSecret("event-socket-password", 32, "opens FreeSWITCH's event socket")
CALL_TOKEN_KEY: Final = GeneratedSecret("call-token-key", 48, "proves to the agent that FreeSWITCH sent the call")
JWT_SIGNING_KEY: Final = GeneratedSecret("jwt-signing-key", 64, "signs the sessions of the API's users")

GENERATED_SECRETS: Final = (
    LIVEKIT_API_KEY,
    LIVEKIT_API_SECRET,
    EVENT_SOCKET_PASSWORD,
    CALL_TOKEN_KEY,
    JWT_SIGNING_KEY,
)

LIVEKIT_KEYS: Final = (LIVEKIT_API_KEY.name, LIVEKIT_API_SECRET.name)
"""The key pair of LiveKit's clients."""
REDIS_PASSWORD: Final = "redis-password"
"""A key that Azure creates. LiveKit, LiveKit SIP and egress support no other authentication."""
EGRESS_STORAGE_KEY: Final = "egress-storage-key"
"""A key that Azure creates. LiveKit egress supports only an account key, so it has its own storage account."""

PLATFORM_SECRETS: Final = frozenset(
    {*(secret.name for secret in GENERATED_SECRETS), REDIS_PASSWORD, EGRESS_STORAGE_KEY}
)
"""Names that `voice:secrets` may not use."""
