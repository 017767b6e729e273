"""The command lines of a control plane's programs. Does not start them (`control_plane`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from azure_rehearsal.kubernetes.real.certificates import Certificates
from azure_rehearsal.kubernetes.real.programs import Programs

HOST: Final = "127.0.0.1"
ETCD_QUOTA_BYTES: Final = 512 * 2**20
_ADMISSION: Final = "NodeRestriction,PodSecurity,ResourceQuota,LimitRanger,ExtendedResourceToleration"
"""The admission plugins of AKS beyond the default ones:
learn.microsoft.com/azure/aks/faq#what-kubernetes-admission-controllers-does-aks-support.
"""
_COMMON_FLAGS: Final = ("--leader-elect=false", "--secure-port=0", "--profiling=false", "--v=1")
_RATE_LIMITS: Final = ("--kube-api-qps=200", "--kube-api-burst=400")
"""Raises the client-side rate limits, which are meant for busy servers."""


@dataclass(frozen=True)
class Ports:
    """The ports of a control plane."""

    api_server: int
    etcd: int
    etcd_peer: int


@dataclass(frozen=True)
class Network:
    """The cluster's service and pod ranges, and the issuer of its service account tokens."""

    services: str = "10.0.0.0/16"
    pods: str = "10.244.0.0/16"
    issuer: str = "https://kubernetes.default.svc.cluster.local"


@dataclass(frozen=True)
class CommandLines:
    """The command lines of one control plane."""

    programs: Programs
    folder: Path
    ports: Ports
    network: Network
    certificates: Certificates

    def etcd(self) -> list[str]:
        client, peer = (f"http://{HOST}:{port}" for port in (self.ports.etcd, self.ports.etcd_peer))
        return [
            str(self.programs.etcd),
            "--name=default",
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
            f"--quota-backend-bytes={ETCD_QUOTA_BYTES}",
            "--snapshot-count=5000",
            "--auto-compaction-mode=revision",
            "--auto-compaction-retention=10000",
            "--log-level=warn",
        ]

    def api_server(self) -> list[str]:
        certificates = self.certificates
        return [
            str(self.programs.api_server),
            f"--etcd-servers=http://{HOST}:{self.ports.etcd}",
            f"--bind-address={HOST}",
            f"--advertise-address={HOST}",
            "--endpoint-reconciler-type=none",
            f"--secure-port={self.ports.api_server}",
            f"--cert-dir={self.folder / 'certificates'}",
            f"--tls-cert-file={certificates.server.certificate}",
            f"--tls-private-key-file={certificates.server.key}",
            f"--client-ca-file={certificates.authority.certificate}",
            "--anonymous-auth=false",
            "--authorization-mode=Node,RBAC",
            f"--enable-admission-plugins={_ADMISSION}",
            f"--service-account-key-file={certificates.service_accounts}",
            f"--service-account-signing-key-file={certificates.service_accounts}",
            f"--service-account-issuer={self.network.issuer}",
            f"--service-cluster-ip-range={self.network.services}",
            "--allow-privileged=true",
            "--event-ttl=24h",
            "--profiling=false",
            "--v=1",
        ]

    def controller_manager(self, kubeconfig: Path) -> list[str]:
        certificates = self.certificates
        return [
            str(self.programs.controller_manager),
            f"--kubeconfig={kubeconfig}",
            f"--service-account-private-key-file={certificates.service_accounts}",
            f"--root-ca-file={certificates.authority.certificate}",
            f"--cluster-signing-cert-file={certificates.authority.certificate}",
            f"--cluster-signing-key-file={certificates.authority.key}",
            # The network plugin assigns node ranges, and no program attaches volumes.
            "--controllers=*,-node-ipam-controller,-persistentvolume-attach-detach-controller",
            "--pvclaimbinder-sync-period=2s",
            *_COMMON_FLAGS,
            *_RATE_LIMITS,
        ]

    def scheduler(self, kubeconfig: Path) -> list[str]:
        return [str(self.programs.scheduler), f"--kubeconfig={kubeconfig}", *_COMMON_FLAGS, *_RATE_LIMITS]

    def kwok(self, kubeconfig: Path, stages: Path) -> list[str]:
        return [
            str(self.programs.kwok),
            f"--kubeconfig={kubeconfig}",
            f"--config={stages}",
            "--manage-all-nodes=false",
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
            f"--cidr={self.network.pods}",
            "--node-lease-duration-seconds=120",
            "--v=-2",
        ]
