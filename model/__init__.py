"""Values that are derived from settings: pure functions and tables, no resources.

Names, addresses, ports, pools, flows, identities, capacity and the checks across sections belong here. Resources
belong in `components`. The model imports only `settings.schema`; components, the loader and the tools import it.
"""
