"""A read-only REST front to the simulated Azure, for clients that speak to ARM over HTTP, such as the Azure SDKs.

    server.py          HTTP on loopback
    request.py         one request, ARM's error body, the table of routes
    routes.py          the routes, collected from the modules below
    subscriptions.py   subscriptions, tenants, locations, resource groups
    providers.py       resource providers; the only write: registration
    usages.py          quotas and their use: Compute, Network, PostgreSQL
    offers.py          VM sizes of a region, capabilities of PostgreSQL
    authorization.py   role assignments and definitions
    policies.py        policy assignments and definitions
    listings.py        resources of a group, Kubernetes versions of a region
    names.py           availability of global names
    resources.py       deleted vaults, and any resource by its id

The responses have the form of the examples in azure-rest-api-specs; each module names its files. Authorization is not
checked, every `api-version` is accepted, and all results are on one page. Missing resources get ARM's 404. The rules
for writes do not belong here: they are in `azure_rehearsal.azure.core.arm`, behind the provider protocol.
"""
