"""`python -m azure_rehearsal`: the same commands as `azure-rehearsal`."""

from __future__ import annotations

from azure_rehearsal.cli.commands import main

if __name__ == "__main__":
    main()
