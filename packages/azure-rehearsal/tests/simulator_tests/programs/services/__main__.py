"""A program with one resource of each type besides clusters and their networks."""

from __future__ import annotations

import pulumi
from shop import names, storage  # noqa: F401 - their import declares resources
from shop.databases import keys, server
from shop.registry_and_vault import registry, secret

pulumi.export("secretVersion", secret.properties.secret_uri_with_version)
pulumi.export("registry", registry.login_server)
pulumi.export("redisKey", pulumi.Output.secret(keys.primary_key))
pulumi.export("writer", server.fully_qualified_domain_name)
