"""The sections of a stack file: one frozen pydantic model per section, one section per file.

A section holds what the file can say, with limits, units and defaults, and checks of a section by itself. Values that
are derived from several sections, and checks across sections, belong in `model`. This package imports nothing else of
the project.
"""
