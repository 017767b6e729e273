"""kubelogin on PATH, and the environment that the stack's login mode reads.

Sources: Azure/kubelogin, pkg/internal/token (workloadidentitycredential.go, githubactionscredential.go,
azurepipelinescredential.go, options.go). `workloadidentity` reads no ARM_* variable.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from azure.core.exceptions import AzureError
from azure.identity import AzureCliCredential

from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Result

KUBERNETES: Final = "6dae42f8-4368-4678-94ff-3960e28e3630/.default"
"""The scope of a token for AKS clusters: the application "Azure Kubernetes Service AAD Server" of every tenant."""
GITHUB: Final = ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL")
TOKEN_FILE: Final = "AZURE_FEDERATED_TOKEN_FILE"
IDS: Final = ("AZURE_CLIENT_ID", "AZURE_TENANT_ID")
PIPELINES: Final = ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "SYSTEM_ACCESSTOKEN", "SYSTEM_OIDCREQUESTURI")
"""The task AzureCLI@2 sets the first, and the ids with this prefix."""
PIPELINES_PREFIX: Final = "AZURESUBSCRIPTION"


def _check(facts: Facts) -> Iterator[Result]:
    path = facts.environment.get("PATH", "")
    if shutil.which("kubelogin", path=path) is None:
        yield Finding(
            code="kubelogin-missing",
            wrong="kubelogin is not on PATH.",
            expected="kubelogin: the program signs in to the cluster with it, because local accounts are off",
            fix="Install it, or download a release of github.com/Azure/kubelogin.",
            command="az aks install-cli",
        )
    login = facts.settings.deployer.kubernetes_login
    if login == "azurecli":
        yield from _azure_cli(facts, path)
        return
    missing = missing_variables(login, facts.environment)
    if missing:
        yield Finding(
            code="kubelogin-environment",
            wrong=f"kubelogin's login `{login}` has no value for {', '.join(missing)}.",
            expected="all variables of the login; kubelogin does not read ARM_CLIENT_ID and ARM_TENANT_ID",
            fix=_REMEDIES[login],
            command="; ".join(f"export {name}=…" for name in missing),
        )


_REMEDIES: Final = {
    "workloadidentity": "Set them in the job. In GitHub Actions, the permission `id-token: write` supplies the token"
    " variables. On a workstation, set `voice:deployer.kubernetesLogin` to `azurecli`.",
    "azurepipelines": "Set them in the pipeline's step (`env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}`). On a"
    " workstation, set `voice:deployer.kubernetesLogin` to `azurecli`.",
}


def missing_variables(login: str, environment: Mapping[str, str]) -> list[str]:
    """Returns the variables that the login mode needs and the environment does not have."""
    missing = [name for name in IDS if not environment.get(name)]
    if login == "azurepipelines":
        missing = [name for name in missing if not environment.get(name.replace("AZURE", PIPELINES_PREFIX, 1))]
        return missing + [name for name in PIPELINES if not environment.get(name)]
    if all(environment.get(name) for name in GITHUB):
        return missing
    file = environment.get(TOKEN_FILE)
    if file and Path(file).is_file():
        return missing
    return [*missing, f"{TOKEN_FILE} (an existing file), or {' and '.join(GITHUB)}"]


def _azure_cli(facts: Facts, path: str) -> Iterator[Result]:
    tenant = facts.settings.azure.tenant_id
    if shutil.which("az", path=path) is None:
        yield Finding(
            code="azure-cli-missing",
            wrong="The Azure CLI (az) is not on PATH.",
            expected="az: kubelogin's login `azurecli` gets its token from it",
            fix="Install it, or set `voice:deployer.kubernetesLogin` to the login of your pipeline.",
            command=f"pulumi config set --stack {facts.stack} --path voice:deployer.kubernetesLogin workloadidentity",
        )
        return
    if facts.azure.simulated:
        return
    try:
        AzureCliCredential(tenant_id=tenant).get_token(KUBERNETES)
    except AzureError as error:
        yield Finding(
            code="azure-cli-not-signed-in",
            wrong=f"The Azure CLI returns no token for AKS clusters ({str(error).splitlines()[0]}).",
            expected=f"a sign-in to tenant {tenant}: kubelogin's login `azurecli` uses it",
            fix="Sign in with the Azure CLI.",
            command=f"az login --tenant {tenant}",
        )


CHECK = Check(name="kubelogin", run=_check)
