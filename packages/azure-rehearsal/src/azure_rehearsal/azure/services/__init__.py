"""One package per service, named like the SDK's module; each defines `TYPES` and may define `FUNCTIONS`."""
