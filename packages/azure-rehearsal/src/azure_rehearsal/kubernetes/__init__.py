"""The kubernetes provider, and the clusters that it reaches."""
