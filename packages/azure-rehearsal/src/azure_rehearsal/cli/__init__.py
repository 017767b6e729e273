"""The commands that people type, and their options."""
