"""The contents of a stack file.

`settings.schema` describes them, and `settings.loader` reads and checks them. Values that are derived from settings
belong in `model`; resources belong in `components`.
"""
