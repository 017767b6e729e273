"""What people and machines read: failures, summaries, recordings, cost, time, diagrams."""
