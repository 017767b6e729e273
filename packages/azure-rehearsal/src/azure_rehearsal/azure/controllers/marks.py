"""The mark on what a cluster's controllers made: the `Cause` of a record, or of a part of it, by the id of either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.kubernetes.cloud_controller_api import Cause


def marked(record: Record, causes: Mapping[str, Cause]) -> Record:
    """The record with these causes in place of those that it had."""
    return replace(record, causes={id: asdict(cause) for id, cause in causes.items()})


def causes_of(record: Record) -> dict[str, Cause]:
    """The causes of a record and its parts, by id; nothing for what no cluster made."""
    return {id: Cause(**fields) for id, fields in record.causes.items()}


def caused(cloud: Cloud) -> Iterator[tuple[str, Cause]]:
    """Everything that clusters made, parts too: its id and its cause."""
    for record in cloud:
        yield from causes_of(record).items()
