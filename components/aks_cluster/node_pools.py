"""AKS agent pools from the pools of the stack file: pure functions, one resource per generation and zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import containerservice

from components.scope import Scope
from model import node_tuning, ports
from model.address_plan import Subnet
from model.drain import drain_budget
from model.kubernetes import GENERATION_LABEL, POOL_LABEL, RETIRING_TAINT, SPOT_TAINT, dedicated_taint
from model.pools import SURGE
from model.ports import freeswitch_rtp
from settings.schema.aks import MEDIA_SURGE_NODES, AksSettings, Generation, MediaPool, WorkloadPool
from settings.schema.telephony import TelephonySettings

_PROTOCOLS = {"Tcp": "TCP", "Udp": "UDP"}
"""Protocol names of security rules -> those of AKS."""


@dataclass(frozen=True, kw_only=True)
class PoolNetwork:
    """The network of the nodes: subnet ids, prefix ids by media pool and zone, ASG ids by media pool."""

    subnet_ids: Mapping[Subnet, pulumi.Input[str]]
    media_prefix_ids: Mapping[tuple[str, str], pulumi.Input[str]]
    media_group_ids: Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class PoolContext:
    """The inputs that all pools of a cluster share."""

    scope: Scope
    aks: AksSettings
    telephony: TelephonySettings
    network: PoolNetwork


@dataclass(frozen=True, kw_only=True)
class AgentPoolPlan:
    """One AKS pool to declare.

    `carries_calls` is true for pools whose nodes have calls now. `max_nodes` limits the duration of an upgrade.
    """

    azure_name: str
    args: containerservice.AgentPoolArgs
    carries_calls: bool
    max_nodes: int


def agent_pools(context: PoolContext) -> Iterator[AgentPoolPlan]:
    """Every pool but the system pool, in the order of the stack file: media pools by zone, then the others."""
    for name, pool, generation in context.aks.generations():
        if isinstance(pool, MediaPool):
            for zone in context.aks.zones:
                yield _media_pool(name, pool, generation, zone, context)
        else:
            yield _workload_pool(name, pool, generation, context)


def _media_pool(name: str, pool: MediaPool, generation: Generation, zone: str, context: PoolContext) -> AgentPoolPlan:
    azure_name = context.scope.names.agent_pool(name, generation.name, zone)
    args = _common(azure_name, name, generation, context)
    _set_autoscaling(args, generation, pool.min_nodes_per_zone, pool.max_nodes_per_zone)
    args.availability_zones = [zone]
    args.vnet_subnet_id = context.network.subnet_ids[Subnet(name)]
    args.node_taints = _taints(generation, dedicated_taint(name))
    args.enable_node_public_ip = True
    args.node_public_ip_prefix_id = context.network.media_prefix_ids[name, zone]
    args.network_profile = containerservice.AgentPoolNetworkProfileArgs(
        allowed_host_ports=[
            containerservice.PortRangeArgs(
                port_start=item.first, port_end=item.last, protocol=_PROTOCOLS[item.protocol]
            )
            for item in ports.public_host_ports(name, freeswitch_rtp(context.telephony.rtp_ports))
        ],
        application_security_groups=[context.network.media_group_ids[name]],
    )
    # Media pods get whole CPUs of their own.
    args.kubelet_config = containerservice.KubeletConfigArgs(cpu_manager_policy="static")
    args.linux_os_config = containerservice.LinuxOSConfigArgs(
        sysctls=containerservice.SysctlConfigArgs(
            net_core_rmem_max=node_tuning.SOCKET_BUFFER_BYTES,
            net_core_wmem_max=node_tuning.SOCKET_BUFFER_BYTES,
            net_core_netdev_max_backlog=node_tuning.DEVICE_BACKLOG_PACKETS,
        )
    )
    args.upgrade_settings = _upgrade(str(MEDIA_SURGE_NODES), context)
    return AgentPoolPlan(
        azure_name=azure_name,
        args=args,
        carries_calls=generation.state == "active",
        max_nodes=pool.max_nodes_per_zone,
    )


def _workload_pool(name: str, pool: WorkloadPool, generation: Generation, context: PoolContext) -> AgentPoolPlan:
    azure_name = context.scope.names.agent_pool(name, generation.name)
    args = _common(azure_name, name, generation, context)
    _set_autoscaling(args, generation, pool.min_nodes, pool.max_nodes)
    args.availability_zones = list(context.aks.zones)
    args.vnet_subnet_id = context.network.subnet_ids[Subnet.WORKLOAD]
    args.enable_node_public_ip = False
    taints = [dedicated_taint(name)] if pool.dedicated else []
    if pool.spot:
        # Azure refuses a surge for spot pools. A price of -1 bids up to the on-demand price.
        args.scale_set_priority = "Spot"
        args.scale_set_eviction_policy = "Delete"
        args.spot_max_price = -1
        taints.append(SPOT_TAINT)
    else:
        args.upgrade_settings = _upgrade(SURGE, context)
    args.node_taints = _taints(generation, *taints)
    return AgentPoolPlan(azure_name=azure_name, args=args, carries_calls=False, max_nodes=pool.max_nodes)


def _common(
    azure_name: str, pool_name: str, generation: Generation, context: PoolContext
) -> containerservice.AgentPoolArgs:
    return containerservice.AgentPoolArgs(
        agent_pool_name=azure_name,
        resource_group_name=context.scope.resource_group_name,
        resource_name=context.scope.names.cluster,
        mode="User",
        orchestrator_version=context.aks.kubernetes_version,
        os_type="Linux",
        os_sku="Ubuntu",
        vm_size=generation.vm_size,
        os_disk_size_gb=generation.os_disk.gib,
        os_disk_type=generation.os_disk.type,
        node_labels={POOL_LABEL: pool_name, GENERATION_LABEL: generation.name},
        tags=context.scope.tags,
    )


def _set_autoscaling(
    args: containerservice.AgentPoolArgs, generation: Generation, min_count: int, max_count: int
) -> None:
    """Omits `count`: the autoscaler owns it, and sending it with another edit would shrink a pool that has grown."""
    args.enable_auto_scaling = True
    args.min_count = min_count if generation.state == "active" else 0
    args.max_count = max_count


def _taints(generation: Generation, *taints: str) -> list[str] | None:
    return [*taints, *([RETIRING_TAINT] if generation.state == "retiring" else [])] or None


def _upgrade(surge: str, context: PoolContext) -> containerservice.AgentPoolUpgradeSettingsArgs:
    """Uses `Cordon`: Azure's default `Schedule` deletes a node that did not drain in time, with its calls."""
    return containerservice.AgentPoolUpgradeSettingsArgs(
        max_surge=surge,
        drain_timeout_in_minutes=drain_budget(context.telephony).node_minutes,
        node_soak_duration_in_minutes=context.aks.node_soak_minutes,
        undrainable_node_behavior="Cordon",
    )
