"""The certificate authority of one control plane, and the certificates and keys that it signs.

They are created once and stored with the cluster's data: a kubeconfig stays valid for the life of a cluster. The
`openssl` program creates them, so that no library is needed. They protect only a rehearsal on loopback; only their
owner can read the files.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from azure_rehearsal.errors import UsageError

VALID_DAYS: Final = 3650
SERVER_NAMES: Final = (
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "localhost",
)
ADMINISTRATORS: Final = "system:masters"
"""The group with all RBAC permissions."""
_WITHOUT_OPENSSL: Final = (
    "openssl is missing; a real Kubernetes needs it for certificates. Install it (Debian: apt-get install openssl), or"
    " omit --cluster real: the default, a fake API server, needs no program."
)


@dataclass(frozen=True)
class KeyPair:
    """A certificate and its key, both PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Certificates:
    """The certificates of one control plane. `service_accounts` is the key that signs service account tokens."""

    authority: KeyPair
    server: KeyPair
    administrator: KeyPair
    scheduler: KeyPair
    service_accounts: Path


def certificates(folder: Path, addresses: tuple[str, ...]) -> Certificates:
    """The certificates in `folder`, created if missing. `addresses` are the server's IP addresses.

    Raises `UsageError` when `openssl` is missing.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    service_accounts = folder / "service-accounts.key"
    _make_key(service_accounts)
    authority = _authority(folder)
    alternative = [*(f"DNS:{name}" for name in SERVER_NAMES), *(f"IP:{address}" for address in addresses)]
    return Certificates(
        authority=authority,
        server=_signed(folder, authority, "server", "/CN=kube-apiserver", f"subjectAltName={','.join(alternative)}"),
        administrator=_signed(folder, authority, "administrator", f"/O={ADMINISTRATORS}/CN=rehearsal"),
        scheduler=_signed(folder, authority, "scheduler", "/CN=system:kube-scheduler"),
        service_accounts=service_accounts,
    )


def _authority(folder: Path) -> KeyPair:
    pair = KeyPair(folder / "authority.crt", folder / "authority.key")
    if not pair.certificate.exists():
        _make_key(pair.key)
        _openssl(
            ["req", "-x509", "-new", "-key", str(pair.key), "-subj", "/CN=rehearsal", "-days", str(VALID_DAYS)],
            pair.certificate,
        )
    return pair


def _signed(folder: Path, authority: KeyPair, name: str, subject: str, extension: str = "") -> KeyPair:
    pair = KeyPair(folder / f"{name}.crt", folder / f"{name}.key")
    if pair.certificate.exists():
        return pair
    _make_key(pair.key)
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    usage = "serverAuth" if extension else "clientAuth"
    extensions.write_text(f"keyUsage=critical,digitalSignature\nextendedKeyUsage={usage}\n{extension}\n")
    _openssl(["req", "-new", "-key", str(pair.key), "-subj", subject], request)
    _openssl(
        [
            "x509", "-req", "-in", str(request), "-CA", str(authority.certificate), "-CAkey", str(authority.key),
            "-CAcreateserial", "-days", str(VALID_DAYS), "-sha256", "-extfile", str(extensions),
        ],
        pair.certificate,
    )  # fmt: skip
    for temporary in (request, extensions):
        temporary.unlink()
    return pair


def _make_key(path: Path) -> None:
    if not path.exists():
        _openssl(["ecparam", "-name", "prime256v1", "-genkey", "-noout"], path)


def _openssl(arguments: list[str], output: Path) -> None:
    """Runs openssl. The output file appears atomically, so a killed run leaves no partial file."""
    program = shutil.which("openssl")
    if program is None:
        raise UsageError(_WITHOUT_OPENSSL)
    partial = output.with_name(f".{output.name}.new")
    partial.touch(mode=0o600)
    answer = subprocess.run(
        [program, *arguments, "-out", str(partial)], capture_output=True, text=True, timeout=60, check=False
    )
    if answer.returncode != 0:
        raise UsageError(f"openssl {arguments[0]} failed to create {output.name}: {answer.stderr.strip()}.")
    partial.replace(output)
