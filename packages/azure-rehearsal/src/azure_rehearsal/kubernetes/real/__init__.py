"""A real Kubernetes on loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and kwok for the nodes.

    programs.py       what is built, from which Go modules
    certificates.py   one authority for each cluster, and what it signs
    processes.py      starting and ending programs, also those that a killed run left
    control_plane.py  one control plane: its folder, ports, programs and health
    command_lines.py  how each of them is started
    stages.yaml       how kwok plays the kubelet
    api_server.py     the API over HTTP: what a request is, what a refusal is
    kinds.py          which kinds the API server has, by discovery
    real_cluster.py   `Cluster` on a real API server
    definitions.py    CustomResourceDefinitions of known charts and add-ons, as an API server takes them
    readiness.py      what the kubernetes provider waits for after a write
    managed_fields.py what a field manager says of an object
    reach.py          the cluster as the simulated controllers reach it
    finalizers.py     taking away what controllers put on objects that are being deleted
    pools.py          the simulated Azure's agent pools, with what a node of each offers
    nodes.py          Nodes made of them
    autoscaler.py     a stand-in for the cluster autoscaler
    fitting.py        whether a node would take a pod
    drainability.py   which pods keep a node, and when a node is used too little
    scale_down.py     emptying nodes that nobody needs, and taking them away
    controller_manager.py      who does all this while a deployment runs
    real_clusters.py  `Clusters`: one control plane for each simulated cluster
    credentials.py    the kubeconfig that the simulated Azure hands out

Not played: networking (no packet flows, no policy is enforced), containers, images, volumes' contents, webhooks of
charts that cannot be rendered here. Needs Linux or macOS, Go once, and the `openssl` program.
"""
