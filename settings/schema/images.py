"""Container images of the workloads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from settings.schema.types import Section


class Image(Section):
    """One image. A digest names one content for ever and wins over the tag."""

    repository: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9]([a-z0-9._/:-]*[a-z0-9])?$"),
        Field(json_schema_extra={"x-allowed": "a repository without tag, such as livekit/livekit-server"}),
    ]
    """Repository, without tag; without registry where `images.source` is `ownRegistry`."""
    tag: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"),
            Field(json_schema_extra={"x-allowed": "a tag"}),
        ]
        | None
    ) = None
    """Tag; for people where there is a digest."""
    digest: (
        Annotated[
            str,
            StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$"),
            Field(json_schema_extra={"x-allowed": "sha256: and 64 hexadecimal digits"}),
        ]
        | None
    ) = None
    """Digest of the manifest; class `production` needs one for every image."""


class ImagesSettings(Section):
    """Where images come from. Versions of what others build are the newest that were checked; digests are yours."""

    source: Literal["ownRegistry", "asWritten"] = "ownRegistry"
    """`ownRegistry`: all from the environment's registry, mirrored or built there; `asWritten`: each repository names
    its registry.
    """
    sip_edge: Image = Image(repository="voice/sip-edge", tag="5.6.3")
    """Kamailio."""
    freeswitch: Image = Image(repository="voice/freeswitch", tag="1.10.12")
    """FreeSWITCH with the modules that the chart's configuration loads."""
    freeswitch_exporter: Image = Image(repository="voice/freeswitch-exporter", tag="1")
    """Metrics from FreeSWITCH's event socket (signalwire/freeswitch_exporter, which publishes no image)."""
    livekit: Image = Image(repository="livekit/livekit-server", tag="v1.13.6")
    """LiveKit server, v1.13.6 or newer: older ones do not advertise the internal address beside a fixed one."""
    livekit_sip: Image = Image(repository="livekit/sip", tag="v1.11.0")
    """LiveKit SIP."""
    livekit_egress: Image = Image(repository="livekit/egress", tag="v1.14.1")
    """LiveKit egress."""
    voice_agent: Image = Image(repository="voice/agent", tag="latest")
    """The agent: yours."""
    agent_watch: Image = Image(repository="voice/agent-watch", tag="1")
    """Watcher of the agents: built from `images/agent-watch`."""
    tools: Image = Image(repository="voice/tools", tag="1")
    """Shell, kubectl, envsubst, curl, jq, psql, redis-cli and azcopy: init containers, sidecars and jobs."""
