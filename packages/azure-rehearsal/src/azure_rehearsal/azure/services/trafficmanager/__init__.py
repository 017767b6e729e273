"""Microsoft.Network/trafficManagerProfiles: profiles and their endpoints.

The simulation does not probe endpoints; monitor statuses keep the value of the write's response.
"""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.trafficmanager import endpoint, profile

TYPES: Final = (
    profile.TYPE,
    endpoint.TYPE,
)
