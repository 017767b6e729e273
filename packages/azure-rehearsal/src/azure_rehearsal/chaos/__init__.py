"""What goes wrong on purpose: faults, outages, chaos runs, and the recovery from them."""
