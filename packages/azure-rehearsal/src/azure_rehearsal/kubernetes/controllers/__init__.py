"""What controllers make in a recorded cluster, and have made in Azure, from the objects that are put into it.

    loop.py             who is called when something changed; until nobody changes anything any more
    context.py        what a controller sees of its cluster and does in it
    installed_releases.py, .yaml  installed Helm releases, and the contents of charts that cannot be rendered here
    load_balancers.py   Services of type LoadBalancer: their address, or why there is none
    claims.py           the claims of StatefulSets and charts
    volumes.py          volumes and disks for claims that are used
    gateway_api.py      listeners, routes and what fits together
    envoy_gateway.py    Envoy Gateway: the Service of a Gateway, and what it says of classes, Gateways and routes
    cert_manager.py     the Secrets of Certificates
    external_dns.py     records for the hosts of routes and Services
    garbage_collector.py          what goes with its owner, and what may not go before its finalizers

A controller brings what there is to what there should be; it never remembers what happened. So it does not matter in
which order things come, nor that a run was killed in between: whatever was missed is done at the next change, or when
the cluster is opened again. What AKS runs is always there; all others run while the release that brings them is
installed_releases, and what they made stays when they go before it. Everything is ready at once, and there are no pods.
"""
