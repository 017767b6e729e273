"""Microsoft.Network/trafficManagerProfiles: profiles and their endpoints.

Nothing is probed: monitor statuses stay what Azure answers a write with.
"""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.trafficmanager import endpoint, profile

TYPES: Final = (
    profile.TYPE,
    endpoint.TYPE,
)
