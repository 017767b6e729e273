"""`python -m tools.bench`: how long things take, as ratios of one run, written to docs/benchmarks.md."""
