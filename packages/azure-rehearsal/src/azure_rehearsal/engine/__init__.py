"""How the real Pulumi engine is run: its CLI, its state, the stack file that it gets, the world that it reaches."""
