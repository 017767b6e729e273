"""Argo CD, for the services of teams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from components.platform_services.git_ops_chart import CONTROLLER_ACCOUNT, CONTROLLER_READS, git_ops_values
from components.platform_services.release import third_party_release
from model.charts import ARGO_CD
from model.gitops import GIT_OPS_KINDS
from model.kubernetes import OWN_SERVICES_NAMESPACE
from settings.schema.delivery import GitOpsSettings

API: Final = "argoproj.io/v1alpha1"
RELEASE: Final = "argocd"
PROJECT: Final = "applications"
"""Name of the only project and of the root application."""
THIS_CLUSTER: Final = "https://kubernetes.default.svc"
WRITES: Final = ("create", "delete", "get", "list", "patch", "update", "watch")
READS: Final = ("get", "list", "watch")


@dataclass(frozen=True, kw_only=True)
class GitOpsArgs:
    """Args of `GitOps`. `namespace` is the controllers' namespace, Argo CD deploys to `own_services`."""

    namespace: pulumi.Input[str]
    own_services: pulumi.Input[str]
    settings: GitOpsSettings


class GitOps(pulumi.ComponentResource):
    """Deploys services of teams from a Git repository and keeps them in the state of the repository.

    Owns Argo CD, its only project, the root application, and its role in the one namespace that it writes to, limited
    to the kinds of `model.gitops`. The platform declares no objects there, because two owners of one object would
    overwrite each other. Argo CD has no role in other namespaces except its own. Does not own the applications.

    Applications are in `voice-apps` next to the objects that they deploy; from there they can use only this project.
    There is no web UI and no account: users run `argocd --core` or `kubectl` with their own permissions. A private
    repository needs its credentials as a Secret in `voice-system` with the label
    `argocd.argoproj.io/secret-type: repository`. Deployed objects stay when this component is deleted.
    """

    def __init__(self, name: str, args: GitOpsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:GitOps", name, None, opts)
        self._name, self._args = name, args
        role = self._role()
        release = third_party_release(
            f"{name}-release",
            ARGO_CD,
            release_name=RELEASE,
            namespace=args.namespace,
            values=git_ops_values(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
        project = self._object("project", "AppProject", self._project(), after=release)
        self._object("application", "Application", self._application(), after=project)
        self.register_outputs({})

    def _role(self) -> pulumi.Resource:
        """The controller's role in the namespace that it deploys to."""
        metadata = kubernetes.meta.v1.ObjectMetaArgs(name=CONTROLLER_ACCOUNT, namespace=self._args.own_services)
        role = kubernetes.rbac.v1.Role(
            f"{self._name}-role",
            metadata=metadata,
            rules=[
                *(_rule(group, resources, WRITES) for group, resources in _resources().items()),
                *(_rule(group, resources, READS) for group, resources in CONTROLLER_READS.items()),
                _rule("", ["events"], ["create", "patch"]),
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return kubernetes.rbac.v1.RoleBinding(
            f"{self._name}-role-binding",
            metadata=metadata,
            role_ref=kubernetes.rbac.v1.RoleRefArgs(
                api_group="rbac.authorization.k8s.io", kind="Role", name=CONTROLLER_ACCOUNT
            ),
            subjects=[
                kubernetes.rbac.v1.SubjectArgs(
                    kind="ServiceAccount", name=CONTROLLER_ACCOUNT, namespace=self._args.namespace
                )
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )

    def _object(self, short: str, kind: str, spec: dict[str, Any], after: pulumi.Resource) -> pulumi.Resource:
        return custom_resource(
            f"{self._name}-{short}",
            API,
            kind,
            kubernetes.meta.v1.ObjectMetaArgs(name=PROJECT, namespace=self._args.namespace),
            spec,
            pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _project(self) -> dict[str, Any]:
        return {
            "description": "Services of your own; nothing of the platform's.",
            "sourceRepos": [self._args.settings.repository],
            "sourceNamespaces": [OWN_SERVICES_NAMESPACE],
            "destinations": [{"server": THIS_CLUSTER, "namespace": OWN_SERVICES_NAMESPACE}],
            "clusterResourceWhitelist": [],
            "namespaceResourceWhitelist": [{"group": kind.group, "kind": kind.kind} for kind in GIT_OPS_KINDS],
        }

    def _application(self) -> dict[str, Any]:
        settings = self._args.settings
        return {
            "project": PROJECT,
            "source": {
                "repoURL": settings.repository,
                "path": settings.path,
                "targetRevision": settings.revision,
            },
            "destination": {"server": THIS_CLUSTER, "namespace": OWN_SERVICES_NAMESPACE},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
        }


def _resources() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind in GIT_OPS_KINDS:
        found.setdefault(kind.group, []).append(kind.resource)
    return found


def _rule(group: str, resources: list[str], verbs: tuple[str, ...] | list[str]) -> kubernetes.rbac.v1.PolicyRuleArgs:
    return kubernetes.rbac.v1.PolicyRuleArgs(api_groups=[group], resources=resources, verbs=list(verbs))
