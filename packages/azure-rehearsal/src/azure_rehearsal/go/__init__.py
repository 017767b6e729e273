"""Go modules of the programs that are built once: the Pulumi CLI, and a Kubernetes control plane."""
