"""`voice preflight`: compares a stack's needs with its subscription before the first `up`.

Belongs here: sign-in, reads of Azure, one module of `checks` for each concern, the report. Does not belong here: what a
stack needs (`model.azure_needs`, `model.azure_types`), and any write to Azure except the registration of providers.

The reads use `azure-core` (retries, errors) with `azure-identity` and `azure-containerregistry`, parts of the Azure SDK
for Python. The libraries for each service (`azure-mgmt-compute`, `azure-mgmt-network` and seven more) would add models
of thousands of types for about twenty GET requests, each of which takes one line here. Each check names the published
example of the response that it reads.
"""
