"""Pulumi components: one ComponentResource per noun, in one file or package each.

Belongs here: resources, and pure functions that build their arguments. Does not belong here: decisions and derived
values (`model`), settings and their checks (`settings`), anything about the rehearsal.

Every component of a region takes `(name, scope, args, opts)`: `scope` holds what all of them share
(`components.scope`), Args hold the component's own inputs. Wiring is `pulumi.Input`, decisions are plain settings.
Names are explicit (`model.naming`). Values that Azure creates once (addresses, principal ids, the kubeconfig) are read
by name, so that a plan knows them while their resource is updated (`docs/decisions/0003-plans-tell-the-truth.md`).
"""
