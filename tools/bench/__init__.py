"""`voice bench`: measures durations and writes docs/benchmarks.md, with ratios within one run.

Belongs here: the measurements, the page, and the Pulumi program that they deploy. Does not belong here: tests.
"""
