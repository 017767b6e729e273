"""The SIP edge (Kamailio): takes carriers' calls at the load balancer and hands each to a ready FreeSWITCH."""

from __future__ import annotations

from typing import Final

from model import ports
from model.flow import Flow
from model.kubernetes import EDGE, PLATFORM_PRIORITY
from model.permissions import USER_SECRETS
from model.policy_endpoints import Outside, named
from model.pools import API
from model.workloads.freeswitch import WORKLOAD as FREESWITCH
from model.workloads.workload import Workload

_NAME: Final = "sip-edge"
_PODS: Final = named(_NAME, EDGE.name)

WORKLOAD: Final = Workload(
    name=_NAME,
    namespace=EDGE,
    pool=API,
    priority=PLATFORM_PRIORITY,
    section="sipEdge",
    images=("sip_edge", "tools"),
    secrets=(USER_SECRETS,),
    metrics=ports.SIP_EDGE_METRICS,
    load_balancers=((*ports.SIP_EDGE_SIGNALLING, ports.SIP_EDGE_HEALTH),),
    flows=(
        # The security group and Kamailio also check the sender; carriers' addresses arrive unchanged.
        Flow(source=Outside.CARRIERS, target=_PODS, ports=ports.SIP_EDGE_SIGNALLING, reason="calls"),
        Flow(
            source=Outside.INTERNET,
            target=_PODS,
            ports=(ports.SIP_EDGE_HEALTH,),
            reason="Traffic Manager probes; the security group admits no other source",
        ),
        Flow(source=Outside.LOAD_BALANCER_PROBES, target=_PODS, ports=(ports.SIP_EDGE_HEALTH,), reason="probes"),
        Flow(source=_PODS, target=FREESWITCH.endpoint, ports=ports.FREESWITCH_EDGE_PROFILE, reason="calls"),
        Flow(
            source=_PODS,
            target=Outside.API_SERVER,
            ports=(ports.API_SERVER,),
            reason="which FreeSWITCH is ready; who registers",
        ),
    ),
)
