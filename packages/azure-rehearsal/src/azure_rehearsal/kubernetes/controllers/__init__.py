"""The controllers of a cluster: they create objects in the cluster and resources in Azure from other objects.

    control_loop.py        runs controllers after a change, until nothing changes any more
    reconcile_context.py   a controller's access to its cluster
    installed_releases.py  installed Helm releases and the contents of their charts (installed_releases.yaml)
    load_balancers.py      Services of type LoadBalancer: their address, or why they have none
    volume_claims.py       the PersistentVolumeClaims of StatefulSets and charts
    volumes.py             volumes and disks for claims that are in use
    gateway_api.py         listeners, routes and which of them match
    envoy_gateway.py       Envoy Gateway: the Service of a Gateway; the status of classes, Gateways and routes
    cert_manager.py        the Secrets of Certificates
    external_dns.py        DNS records for the hosts of routes and Services
    label_selectors.py     label selectors in text form
    garbage_collector.py   deletion of dependents, and finalizers

Belongs here: controllers whose results a deployment depends on. Does not belong here: Azure's own behavior
(`azure_rehearsal.azure.controllers`), and controllers that a real control plane runs itself.

A controller compares the actual state with the desired state and keeps no history, so the order of changes does not
matter: after a killed run, the next change or opening the cluster completes the work. The controllers of AKS always
run. Every other controller runs while the release that installs it is installed; what it created remains when the
release is uninstalled first. Objects are ready immediately, and there are no pods.
"""
