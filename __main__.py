"""The program: settings -> platform -> exports."""

from __future__ import annotations

import pulumi

from components.aliases import add_rename_aliases, remove_historic_aliases
from components.platform import VoicePlatform, VoicePlatformArgs
from settings.loader import load_secrets, load_settings

remove_historic_aliases()
add_rename_aliases()
platform = VoicePlatform("voice", VoicePlatformArgs(settings=load_settings(), secrets=load_secrets()))
for key, value in platform.outputs.items():
    pulumi.export(key, value)
