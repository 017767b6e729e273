"""The inputs of the SDK's classes (pulumi-kubernetes 4.34), by their names in the protocol.

Tests compare them with the SDK.
"""

from __future__ import annotations

from typing import Final

PROVIDER_SETTINGS: Final = frozenset(
    {
        "alwaysRender",
        "cluster",
        "clusterIdentifier",
        "context",
        "deleteUnreachable",
        "enableConfigMapMutable",
        "enablePatchForce",
        "enableSecretMutable",
        "enableServerSideApply",
        "helmReleaseSettings",
        "kubeClientSettings",
        "kubeconfig",
        "namespace",
        "renderYamlToDirectory",
        "skipUpdateUnreachable",
        "strictMode",
        "suppressDeprecationWarnings",
        "suppressHelmHookWarnings",
        "upsertExistingObjects",
    }
)
"""`pulumi_kubernetes.Provider`, plus `strictMode` of the stack configuration."""

CHART_INPUTS: Final = frozenset(
    [
        "chart",
        "dependencyUpdate",
        "devel",
        "includeHooks",
        "keyring",
        "name",
        "namespace",
        "plainHttp",
        "postRenderer",
        "repositoryOpts",
        "resourcePrefix",
        "skipAwait",
        "skipCrds",
        "valueYamlFiles",
        "values",
        "verify",
        "version",
    ]
)
"""`pulumi_kubernetes.helm.v4.Chart`."""

RELEASE_INPUTS: Final = frozenset(
    [
        "allowNullValues",
        "atomic",
        "chart",
        "cleanupOnFail",
        "createNamespace",
        "dependencyUpdate",
        "description",
        "devel",
        "disableCRDHooks",
        "disableOpenapiValidation",
        "disableWebhooks",
        "forceUpdate",
        "keyring",
        "lint",
        "maxHistory",
        "name",
        "namespace",
        "postrender",
        "recreatePods",
        "renderSubchartNotes",
        "replace",
        "repositoryOpts",
        "resetValues",
        "reuseValues",
        "skipAwait",
        "skipCrds",
        "takeOwnership",
        "timeout",
        "valueYamlFiles",
        "values",
        "verify",
        "version",
        "waitForJobs",
    ]
)
"""`pulumi_kubernetes.helm.v3.Release`, without deprecated inputs."""
