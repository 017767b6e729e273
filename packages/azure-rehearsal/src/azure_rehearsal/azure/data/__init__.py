"""Data that several services read: regions and their pairs, VM sizes, built-in roles."""
