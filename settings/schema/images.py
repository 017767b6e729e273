"""Container images of the workloads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from settings.schema.types import Section


class Image(Section):
    """One image. The digest identifies its content permanently and takes precedence over the tag."""

    repository: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9]([a-z0-9._/:-]*[a-z0-9])?$"),
        Field(json_schema_extra={"x-expected": "a repository without tag, such as livekit/livekit-server"}),
    ]
    """Repository without tag. If `images.source` is `ownRegistry`, also without registry."""
    tag: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"),
            Field(json_schema_extra={"x-expected": "a tag"}),
        ]
        | None
    ) = None
    """Tag. With a digest, it serves only as a comment."""
    digest: (
        Annotated[
            str,
            StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$"),
            Field(json_schema_extra={"x-expected": "sha256: and 64 hexadecimal digits"}),
        ]
        | None
    ) = None
    """Digest of the manifest. Class `production` requires it for every image."""


class ImagesSettings(Section):
    """Sources and versions of the images. The default tags of third-party images are the newest tested versions."""

    source: Literal["ownRegistry", "upstream"] = "ownRegistry"
    """`ownRegistry`: the environment's registry contains all images, mirrored or built there; `upstream`: each
    `repository` includes its registry.
    """
    sip_edge: Image = Image(repository="voice/sip-edge", tag="5.6.3")
    """Kamailio."""
    freeswitch: Image = Image(repository="voice/freeswitch", tag="1.10.12")
    """FreeSWITCH with the modules that the chart's configuration loads."""
    freeswitch_exporter: Image = Image(repository="voice/freeswitch-exporter", tag="1")
    """Exporter of FreeSWITCH metrics (signalwire/freeswitch_exporter, which publishes no image)."""
    livekit: Image = Image(repository="livekit/livekit-server", tag="v1.13.6")
    """LiveKit server, v1.13.6 or newer: older versions do not advertise the internal address with a fixed one."""
    livekit_sip: Image = Image(repository="livekit/sip", tag="v1.11.0")
    """LiveKit SIP."""
    livekit_egress: Image = Image(repository="livekit/egress", tag="v1.14.1")
    """LiveKit egress."""
    voice_agent: Image = Image(repository="voice/agent", tag="latest")
    """The agent. You supply this image."""
    agent_watch: Image = Image(repository="voice/agent-watch", tag="1")
    """The agent watcher, built from `images/agent-watch`."""
    tools: Image = Image(repository="voice/tools", tag="1")
    """Shell, kubectl, envsubst, curl, jq, psql, redis-cli and azcopy, for init containers, sidecars and jobs."""
