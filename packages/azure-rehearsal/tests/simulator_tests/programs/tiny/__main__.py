"""A program that runs in a second: secrets, a component, a protected resource, replaced resources, lines on stdout and
stderr, and failures that settings select.
"""

from __future__ import annotations

import sys
import time

import pulumi
import pulumi_random as random

config = pulumi.Config("shop")
secrets = config.get_secret_object("secrets") or pulumi.Output.from_input({})


class Tenant(pulumi.ComponentResource):
    """A component with one child."""

    def __init__(self, name: str) -> None:
        super().__init__("shop:index:Tenant", name)
        pet = random.RandomPet(f"{name}-pet", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"pet": pet.id})


print("a line on stdout")
print("a line on stderr", file=sys.stderr)

password = random.RandomPassword(
    "password",
    length=20,
    keepers={"generation": str(config.get_int("generation"))},
    opts=pulumi.ResourceOptions(protect=config.get_bool("protect") or False),
)
suffix = random.RandomId("suffix", byte_length=4, keepers={"now": str(time.time())} if config.get("unstable") else None)
tenant = Tenant("tenant")
for name in config.get_object("refused") or []:
    random.RandomUuid(name)
if config.get("crash"):
    raise ValueError(f"the setting crash is {config.get('crash')}")

pulumi.export("suffix", suffix.hex)
pulumi.export("password", password.result)
pulumi.export("apiKey", secrets.apply(lambda values: values.get("apiKey")))
pulumi.export("windowStart", config.get("windowStart"))
