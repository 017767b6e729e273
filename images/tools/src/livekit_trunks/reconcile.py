"""One comparison of LiveKit's trunks and dispatch rule with the wanted ones.

The manager finds objects by name. It creates a missing object and replaces a different one under its id. It ignores all
others.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from google.protobuf.json_format import ParseDict
from livekit import api
from livekit.api.sip_service import SipService
from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPOutboundTrunkInfo

from livekit_trunks.configuration import Wanted

LOG: Final = logging.getLogger("trunks")
_SET_BY_LIVEKIT: Final = ("sip_trunk_id", "sip_dispatch_rule_id", "created_at", "updated_at")

T = TypeVar("T", SIPInboundTrunkInfo, SIPOutboundTrunkInfo, SIPDispatchRuleInfo)


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[T]):
    """Operations of LiveKit's API on one kind of object. `identity` is the name of the id field."""

    identity: str
    list: Callable[[], Awaitable[Iterable[T]]]
    create: Callable[[T], Awaitable[T]]
    replace: Callable[[str, T], Awaitable[T]]

    async def find(self, name: str) -> T | None:
        """Returns the first object with this name."""
        return next((found for found in await self.list() if found.name == name), None)

    async def ensure(self, wanted: T) -> str:
        """Creates or replaces an object. Returns its id."""
        found = await self.find(wanted.name)
        if found is None:
            made = await self.create(wanted)
            return self._did("created", made)
        if comparable(found) != wanted:
            return self._did("corrected", await self.replace(getattr(found, self.identity), wanted))
        return getattr(found, self.identity)

    def _did(self, what: str, item: T) -> str:
        identity: str = getattr(item, self.identity)
        LOG.info("%s %s (%s)", what, item.name, identity)
        return identity


def comparable(found: T) -> T:
    """Returns an object of LiveKit without the fields that LiveKit sets."""
    copy = type(found)()
    copy.CopyFrom(found)
    for field in copy.DESCRIPTOR.fields:
        # LiveKit also adds empty messages, such as `media`.
        empty = field.message_type and not field.is_repeated and not getattr(copy, field.name).ByteSize()
        if field.name in _SET_BY_LIVEKIT or empty:
            copy.ClearField(field.name)
    return copy


async def reconcile(sip: SipService, wanted: Wanted) -> None:
    """Compares once. Raises `api.ServerError` or `aiohttp.ClientError`."""
    trunk = await _inbound(sip).ensure(ParseDict(wanted.inbound, SIPInboundTrunkInfo()))
    await _ensure_outbound(sip, wanted.outbound)
    await _rules(sip).ensure(ParseDict({**wanted.rule, "trunk_ids": [trunk]}, SIPDispatchRuleInfo()))


async def _ensure_outbound(sip: SipService, stated: Mapping[str, Any]) -> None:
    kind, wanted = _outbound(sip), ParseDict(stated, SIPOutboundTrunkInfo())
    if wanted.numbers:
        await kind.ensure(wanted)
        return
    # LiveKit refuses a trunk without numbers. An existing trunk would continue to place calls.
    found = await kind.find(wanted.name)
    if found is not None:
        await sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=found.sip_trunk_id))
        LOG.info("deleted %s (%s): no carrier takes calls out", found.name, found.sip_trunk_id)


def _inbound(sip: SipService) -> Kind[SIPInboundTrunkInfo]:
    async def every() -> Iterable[SIPInboundTrunkInfo]:
        return (await sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())).items

    async def create(wanted: SIPInboundTrunkInfo) -> SIPInboundTrunkInfo:
        return await sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=wanted))

    return Kind(identity="sip_trunk_id", list=every, create=create, replace=sip.update_inbound_trunk)


def _outbound(sip: SipService) -> Kind[SIPOutboundTrunkInfo]:
    async def every() -> Iterable[SIPOutboundTrunkInfo]:
        return (await sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest())).items

    async def create(wanted: SIPOutboundTrunkInfo) -> SIPOutboundTrunkInfo:
        return await sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=wanted))

    return Kind(identity="sip_trunk_id", list=every, create=create, replace=sip.update_outbound_trunk)


def _rules(sip: SipService) -> Kind[SIPDispatchRuleInfo]:
    async def every() -> Iterable[SIPDispatchRuleInfo]:
        return (await sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())).items

    async def create(wanted: SIPDispatchRuleInfo) -> SIPDispatchRuleInfo:
        return await sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(dispatch_rule=wanted))

    return Kind(identity="sip_dispatch_rule_id", list=every, create=create, replace=sip.update_dispatch_rule)
