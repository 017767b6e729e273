"""`python -m rehearsal`."""

from __future__ import annotations

from rehearsal.commands import main

if __name__ == "__main__":
    main()
