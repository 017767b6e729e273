"""Runs the commands of docs/deploy.md and of the README literally, against the simulated Azure.

page.py            the blocks of a page, their placeholders, and the folder with the commands that a block finds on PATH
az.py              the Azure CLI: checks commands and options against `az_commands.yaml`, prints recorded output
pulumi_command.py  the Pulumi CLI: passes each command to a rehearsal
other_commands.py  `make` and `voice`: check that the target or the command exists
"""
