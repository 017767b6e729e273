"""The sections of a stack file: one frozen pydantic model per section, one section per file.

A section contains the settings with their limits, units and defaults, and the checks of that section alone. Values that
follow from several sections, and checks across sections, belong in `model`. This package imports nothing else of the
project. `stack.py` composes the sections that stacks of every kind have; `<kind>_stack.py` adds those of one kind.
Editors show the docstrings of sections and settings as descriptions.
"""
