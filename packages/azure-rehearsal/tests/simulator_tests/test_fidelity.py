"""The fidelity table has a row for each error code of the sources, and each row an error code."""

from __future__ import annotations

import re

import pytest

from simulator_tests import fidelity

SECTIONS = {name: section for name, section in fidelity.table().items() if name != "behavior"}


def test_the_table_has_each_code_of_the_sources_and_no_other() -> None:
    raised = fidelity.raised_codes()
    for package in {*raised, *SECTIONS}:
        listed = {*SECTIONS.get(package, {"rules": {}})["rules"]}
        assert raised.get(package, set()) == listed, (
            f"{package}: docs/fidelity.yaml must list these codes; then run `python -m simulator_tests.fidelity`"
        )


def test_codes_are_found_wherever_they_are_written() -> None:
    """One of each kind: argument, default, keyword, dictionary, constant, computed, local variable."""
    raised = fidelity.raised_codes()

    assert "RoleAssignmentExists" in raised["authorization"]
    assert {"ReadReplicaCreationNotAllowed", "ReplicaLimitReached", "ServerIsBusy"} <= raised["dbforpostgresql"]
    assert "ResourceAvailabilityZonesCannotBeModified" in raised["network"]
    assert "AccountPropertyCannotBeUpdated" in raised["storage"]
    assert {"*CidrOverlapExistingSubnetsCidr", "VMCacheSizeTooSmall"} <= raised["containerservice"]
    assert "PropertyChangeNotAllowed" in raised["core"]


@pytest.mark.parametrize("name", SECTIONS)
def test_each_row_states_what_is_refused_and_its_source(name: str) -> None:
    for code, row in fidelity.rows(SECTIONS[name]):
        assert {*row} <= {"refuses", "source", "quoted", "doubt"}, code
        assert row["refuses"], code
        assert row["source"], code
        for quoted in row.get("quoted", "").split(", ") if "quoted" in row else []:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", quoted), f"{code}: {quoted}"


def test_the_page_is_written_from_the_table() -> None:
    assert fidelity.PAGE.read_text(encoding="utf-8") == fidelity.page(), "run `python -m simulator_tests.fidelity`"
