"""Functions that create valid resources of each service; tests change single inputs."""
