"""The commands of `azure-rehearsal` and their options.

Belongs here: parsing of options, exit codes, the order in which a command uses the engine and the reports. Does not
belong here: engine runs (`azure_rehearsal.engine`), texts of reports (`azure_rehearsal.reports`), faults
(`azure_rehearsal.chaos`).
"""
