"""A real Kubernetes on loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and kwok for the nodes.

    programs.py               the programs and the Go modules that they are built from
    certificates.py           the certificate authority of each cluster and its certificates
    processes.py              starts and stops programs, including those of a killed run
    control_plane.py          one control plane: its folder, ports, programs and health
    command_lines.py          the command line of each program
    stages.yaml               kwok's simulation of the kubelet
    api_client.py             the API over HTTP: requests and errors
    discovery.py              the kinds of the API server
    real_cluster.py           `Cluster` on a real API server
    crds.py                   CRDs of the catalog in the form that an API server accepts
    readiness.py              the conditions that the kubernetes provider waits for after a write
    managed_fields.py         the fields that a field manager applied to an object
    cluster_client.py         the cluster, as the simulated controllers access it
    finalizers.py             removes finalizers of installed controllers during a deletion
    agent_pools.py            the agent pools of the simulated Azure and the capacity of their nodes
    nodes.py                  the Nodes of agent pools
    autoscaler.py             a simulated cluster autoscaler
    scheduling_predicates.py  whether a pod fits on a node
    scale_down_rules.py       which pods block a scale-down, and when a node is underutilized
    scale_down.py             drains and removes unneeded nodes
    controller_manager.py     runs all of these during a deployment
    real_clusters.py          `Clusters`: one control plane for each simulated cluster
    credentials.py            the kubeconfig that the simulated Azure returns

Belongs here: everything that needs the programs of a control plane, and the parts of AKS that it lacks (nodes,
autoscaler). Does not belong here: controllers that fake clusters share (`controllers`).

Not simulated: networking (no packets, no enforcement of policies), containers, images, the contents of volumes, and
webhooks of charts that cannot be rendered offline. Requires Linux or macOS, Go once for the build, and the `openssl`
program.
"""
