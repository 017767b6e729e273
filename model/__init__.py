"""Values that are derived from settings: pure functions and tables, no resources.

The model knows names, addresses, ports, pools, flows, identities, capacity and the checks across sections. It imports
only `settings.schema`; components, the loader and the tools import it.
"""
