"""What a stack file may say: plain, frozen, checked values. No resources; only `loader` knows Pulumi.

`stack.Settings` is the whole; `loader` makes one from a stack file or from the running program; `checks` holds the
rules that look at more than one setting; `address_plan`, `naming`, `ports` and `drain` are pure functions from
settings to what Azure and Kubernetes are told.
"""
