"""PostgreSQL servers that tests of several types use."""

from __future__ import annotations

from typing import Final

from simulator_tests.azure.harness import AzureHarness
from simulator_tests.azure.makers.dbforpostgresql import database_network, replica, server

PASSWORD: Final = "Correct-Horse-7"


def with_server(azure: AzureHarness) -> None:
    azure.group()
    server(azure)


def private_server(azure: AzureHarness) -> None:
    database_network(azure)
    server(azure)


def with_replica(azure: AzureHarness) -> None:
    with_server(azure)
    replica(azure)
