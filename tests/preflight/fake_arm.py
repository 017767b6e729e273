"""A subscription in which everything that the stack needs is in place, served over ARM's REST API on loopback."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from settings.schema.aks_stack import AksStackSettings
from tests.unit.loopback import served
from tools.preflight.checks import CHECKS
from tools.preflight.client import ResourceManager
from tools.preflight.facts import read_facts
from tools.preflight.findings import Check, Finding, Note, Result
from tools.preflight.report import run_checks
from tools.preflight.sign_in import FixedCredential, signed_in_principal

RESPONSES: Final = Path(__file__).with_name("responses")
LATER: Final = frozenset({"cluster"})
"""Responses of resources that do not exist before the first `up`."""


@dataclass
class FakeArm:
    """The responses by method and path in lower case: status and body. `requests` are all that arrived."""

    responses: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], Mapping[str, str]]] = field(default_factory=list)

    @classmethod
    def of(cls, settings: AksStackSettings) -> FakeArm:
        """The responses of the files, with the ids of a stack."""
        ids = {
            "{subscription}": settings.azure.subscription_id,
            "{tenant}": settings.azure.tenant_id,
            "{principal}": settings.deployer.principal_id,
        }
        arm = cls()
        for file in sorted(RESPONSES.glob("*.json")):
            text = file.read_text()
            for placeholder, id in ids.items():
                text = text.replace(placeholder, id)
            content = json.loads(text)
            key = (content["method"], content["path"].lower())
            arm.names[file.stem] = key
            if file.stem not in LATER:
                arm.responses[key] = (200, content["body"])
            else:
                arm.responses[key] = (404, {"error": {"code": "ResourceNotFound", "message": "not found"}})
        return arm

    def body(self, name: str) -> Any:
        """The body of the response in a file, to change it."""
        return self.responses[self.names[name]][1]

    def show(self, name: str) -> None:
        """Serves the response of a file in `LATER`."""
        self.responses[self.names[name]] = (200, json.loads((RESPONSES / f"{name}.json").read_text())["body"])

    def refuse(self, name: str, status: int, code: str) -> None:
        """Responds with an error."""
        self.responses[self.names[name]] = (status, {"error": {"code": code, "message": f"{code} of the test"}})

    def respond(self, method: str, target: str, headers: Mapping[str, str]) -> tuple[int, Any]:
        url = urlsplit(target)
        path = unquote(url.path)
        self.requests.append((method, path, dict(parse_qsl(url.query)), headers))
        missing = (404, {"error": {"code": "ResourceNotFound", "message": f"The fake has no {method} {path}."}})
        return self.responses.get((method, path.lower()), missing)

    @contextmanager
    def serving(self) -> Generator[str]:
        """Serves the responses and yields the URL."""
        arm = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # Headers and body in one segment: otherwise each response takes 40 ms.

            def _respond(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body = arm.respond(self.command, self.path, dict(self.headers))
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _respond  # noqa: N815 - the names of the standard library

            def log_message(self, format: str, *args: Any) -> None:
                """Logs nothing."""

        with served(Handler) as url:
            yield url


def results(
    arm: FakeArm,
    settings: AksStackSettings,
    environment: Mapping[str, str],
    checks: tuple[Check, ...] = CHECKS,
    principal_id: str | None = None,
) -> list[Result]:
    """Runs checks against the responses. `principal_id` signs in instead of the stack's deployer."""
    with arm.serving() as url:
        credential = FixedCredential(principal_id or settings.deployer.principal_id, settings.azure.tenant_id)
        azure = ResourceManager(credential, url)
        facts = read_facts("test", settings, azure, signed_in_principal(credential), environment)
        return [result for outcome in run_checks(facts, checks) for result in outcome.results]


def codes(found: list[Result]) -> list[str]:
    """The codes of the findings."""
    return [result.code for result in found if isinstance(result, Finding)]


def notes(found: list[Result]) -> list[str]:
    """The codes of the notes."""
    return [result.code for result in found if isinstance(result, Note)]
