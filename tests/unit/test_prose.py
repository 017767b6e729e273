"""The words of documents, messages and comments: plain English, and one name for each thing.

Owns the table of phrases and old names with their replacements. Does not check spelling: `typos` does, in `make lint`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

RENDERED: Final = (
    "charts/sip-edge/Chart.yaml",
    "charts/sip-edge/files/",
    "charts/voice-library/templates/_configure.tpl",
)
"""Files whose text, comments included, reaches the cluster: rewriting it rolls pods. Do it with their next change."""

HISTORY: Final = (
    "CHANGELOG.md",
    "components/renames.py",
    "docs/UPGRADING.md",
    "settings/loader/renamed_settings.py",
    "tests/unit/test_renames.py",
)
"""Files that mention old names on purpose."""

PHRASES: Final = {
    "a defect is called one": "internal errors are reported as bugs",
    "everybody": "all clients, all pods …",
    "gives the rights to": "grants access to",
    "is chosen otherwise": "has non-default settings",
    "is no program's": "controllers own it; it is no drift",
    "is said": "set it explicitly; the report shows it",
    "is told": "gets, receives, is notified",
    "mend": "fix",
    "nobody": "no user, no client, no process …",
    "of the samples the least": "the fastest sample",
    "one home": "one source, one module",
    "reckon": "compute, count, size",
    "reckoned": "computed, counted, sized",
    "reckoning": "computation, report",
    "reckons": "computes, counts, sizes",
    "somebody": "a user, a caller, the deployer …",
    "stand-in": "fake provider, fake",
    "stand-ins": "fake providers, fakes",
    "that is none": "name the exception",
    "way out": "remediation; egress for a network",
    "whether it is well": "health-checks",
    "who may talk to whom": "network access, allowed flows",
    "whoever": "name the role or the component",
}
"""Phrase -> better. Case and line breaks do not matter."""

NAMES: Final = {
    "asWritten": "upstream",
    "bare()": "minimal()",
    "call_rules": "call_recording_rules",
    "caretaker": "controller_manager",
    "concealed.py": "secret_digest.py",
    "controllers_in_azure": "cloud_controller_api",
    "decorated.py": "provider_wrapper.py",
    "drills.py": "fault_commands.py",
    "endpointLagSeconds": "deregistrationDelaySeconds",
    "kept_by_azure": "retained_resources",
    "known_definitions": "crd_catalog",
    "made_by_azure": "managed_secrets",
    "made_by_clusters": "cluster_owned_resources",
    "never_struck": "unmatched",
    "normal_forms": "canonicalization",
    "open_values.py": "extensible_enums.py",
    "otherwise.py": "stack_variants.py",
    "own_ways_out": "egress_cidrs",
    "peers.py": "policy_endpoints.py",
    "reach.py": "cluster_client.py",
    "RecordedCluster": "FakeApiServer",
    "RegionCell": "AksRegion",
    "rules_of_collection": "data_collection_rules",
    "secret_marks": "secret_propagation",
    "served_kinds": "discovery",
    "StandIn": "FakeProvider",
    "tools/clocks": "tools/rollout_estimates",
    "tools/reckoning": "tools/capacity_report",
    "way_out": "remediation",
    "wishes.py": "load_balancer_spec.py",
    "workplace.py": "reconcile_context.py",
}
"""Old name in code -> new name. Case matters."""


def _files() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        for name in names:
            path = Path(folder, name)
            in_charts = path.is_relative_to(ROOT / "charts") and path.suffix != ".json"
            if path.suffix in {".py", ".md"} or name == "Makefile" or in_charts:
                yield path


def _pattern(words: str, *, name: bool = False) -> re.Pattern[str]:
    """Matches whole words. Between the words of a phrase, a line break and the start of a comment are allowed."""
    text = r"\s+(?:#+\s*)?".join(re.escape(word) for word in words.split())
    return re.compile(rf"(?<!\w){text}(?!\w)", re.NOFLAG if name else re.IGNORECASE)


PATTERNS: Final = [(_pattern(old), old, better) for old, better in PHRASES.items()]
NAME_PATTERNS: Final = [(_pattern(old, name=True), old, new) for old, new in NAMES.items()]


def found(text: str, *, names: bool = True) -> list[str]:
    """The old words of a text: line, words, replacement."""
    patterns = [*PATTERNS, *(NAME_PATTERNS if names else [])]
    return [
        f"line {text.count(chr(10), 0, match.start()) + 1}: `{old}`; better: {better}"
        for pattern, old, better in patterns
        for match in pattern.finditer(text)
    ]


def test_documents_and_code_use_plain_english_and_current_names() -> None:
    problems = []
    for path in _files():
        relative = path.relative_to(ROOT).as_posix()
        if path != Path(__file__) and not relative.startswith(RENDERED):
            text = path.read_text(encoding="utf-8")
            problems += [f"{relative}: {problem}" for problem in found(text, names=relative not in HISTORY)]
    assert not problems, "\n".join(sorted(problems))


def test_a_phrase_is_found_across_lines_and_comments() -> None:
    assert found("# The\n# way\n# out is a generation.") == [
        "line 2: `way out`; better: remediation; egress for a network"
    ]


def test_a_part_of_a_word_does_not_match() -> None:
    assert found("recommend amendments") == []


def test_an_old_name_is_found_with_its_case() -> None:
    assert found("class StandIn:") == ["line 1: `StandIn`; better: FakeProvider"]
    assert found("class Standin:") == []


def test_the_glossary_has_the_words_that_the_spell_checker_allows() -> None:
    allowed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["typos"]["default"]["extend-words"]
    glossary = (ROOT / "docs/glossary.md").read_text().lower()
    assert [word for word in allowed if not re.search(rf"\b{word}\b", glossary)] == []
