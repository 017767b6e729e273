"""Ownership of resources that controllers create: the `Cause` of a record, or of a part of it, by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.kubernetes.cloud_controller_api import Cause


def with_causes(record: Record, causes: Mapping[str, Cause]) -> Record:
    """The record with these causes instead of its previous ones."""
    return replace(record, causes={id: asdict(cause) for id, cause in causes.items()})


def causes_of(record: Record) -> dict[str, Cause]:
    """The causes of a record and its parts, by id; empty if no controller created it."""
    return {id: Cause(**fields) for id, fields in record.causes.items()}


def caused(cloud: Cloud) -> Iterator[tuple[str, Cause]]:
    """The id and the cause of every resource, and part of a resource, that a controller created."""
    for record in cloud:
        yield from causes_of(record).items()
