"""The program: settings -> platform -> exports."""

from __future__ import annotations

from pathlib import Path

import pulumi

from components.aliases import add_rename_aliases, remove_historic_aliases
from components.extensions import Extensions
from components.platform import VoicePlatform, VoicePlatformArgs
from settings.loader import load_secrets, load_settings

remove_historic_aliases()
add_rename_aliases()
extensions = Extensions(Path(__file__).parent)
extensions.prepare()
platform = VoicePlatform("voice", VoicePlatformArgs(settings=load_settings(), secrets=load_secrets()))
for key, value in {**platform.outputs, **extensions.extend(platform)}.items():
    pulumi.export(key, value)
