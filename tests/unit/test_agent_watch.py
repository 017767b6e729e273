"""Decisions of agent-watch about calls whose caller hears no agent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from livekit.protocol.models import ParticipantInfo, ParticipantPermission, TrackInfo, TrackType

from agent_watch.decisions import (
    Agent,
    Caller,
    Decision,
    Dispatch,
    EndRoom,
    HangUp,
    Limits,
    Past,
    Reason,
    Redispatch,
    Room,
    decide,
)
from agent_watch.livekit_rooms import room_of

LIMITS = Limits(accept=5, track=10, leave=3, second_try=4, abandoned=60)
START = 1000.0
CALLER = Caller(identity="sip_1", joined_at=START)
DISPATCH = Dispatch(id="AD_1", agent_name="voice-agent", metadata="{}", identities=("agent-1",))
TALKING = Agent(identity="agent-1", name="voice-agent", joined_at=START, has_audio=True)
MUTE = replace(TALKING, has_audio=False)
DEAD = replace(TALKING, responds=False)
ROOM = Room(name="call-1", callers=(CALLER,), agents=(TALKING,), dispatches=(DISPATCH,))


def watch(*observations: tuple[float, Room]) -> Decision:
    """The decision after several observations, each at a number of seconds after the start of the call."""
    decision = Decision(past=Past())
    for after, room in observations:
        decision = decide(room, decision.past, START + after, LIMITS)
    return decision


def reason(decision: Decision) -> Reason | None:
    assert decision.action is None or isinstance(decision.action, Redispatch)
    return decision.action.reason if decision.action else None


def marked(room: Room, after: float) -> Room:
    return replace(room, callers=tuple(replace(c, redispatched_at=START + after) for c in room.callers))


def without_agents(room: Room) -> Room:
    return replace(room, agents=())


def test_a_call_with_a_talking_agent_is_not_changed() -> None:
    decision = watch((0, ROOM), (3000, ROOM))
    assert decision.action is None
    assert decision.settled


def test_a_dead_agent_is_dispatched_again_at_once() -> None:
    decision = watch((0, ROOM), (20, replace(ROOM, agents=(DEAD,))))
    assert decision.action == Redispatch(
        caller="sip_1",
        reason=Reason.DEAD,
        wanted=(DISPATCH,),
        old_dispatches=("AD_1",),
        old_identities=("agent-1",),
    )


def test_agents_that_stay_after_a_call_are_removed_with_their_room() -> None:
    alone = replace(ROOM, callers=())
    assert watch((0, ROOM), (20, alone), (79, alone)).action is None
    assert watch((0, ROOM), (20, alone), (80, alone)).action == EndRoom()
    assert watch((0, ROOM), (20, alone), (80, without_agents(alone))).action is None
    assert watch((0, ROOM), (20, alone), (79, ROOM), (81, alone), (140, alone)).action is None
    assert watch((0, ROOM), (20, alone), (80, replace(alone, people=1))).action is None


def test_agents_that_wait_for_a_call_stay() -> None:
    alone = replace(ROOM, callers=())
    assert watch((0, alone), (3000, alone)).action is None


def test_an_agent_that_left_is_dispatched_again_after_the_time_to_hang_up() -> None:
    gone = without_agents(ROOM)
    assert watch((0, ROOM), (20, gone), (22.9, gone)).action is None
    assert reason(watch((0, ROOM), (20, gone), (23, gone))) is Reason.LEFT


def test_an_agent_without_audio_is_dispatched_again_ten_seconds_after_it_joined() -> None:
    mute = replace(ROOM, agents=(replace(MUTE, joined_at=START + 2),))
    assert watch((2, mute), (11.9, mute)).action is None
    assert reason(watch((2, mute), (12, mute))) is Reason.NO_TRACK


def test_an_agent_that_dies_before_it_publishes_is_dispatched_again_at_once() -> None:
    assert reason(watch((1, replace(ROOM, agents=(replace(MUTE, responds=False),))))) is Reason.DEAD


def test_a_dispatch_that_no_agent_accepts_is_repeated() -> None:
    alone = replace(without_agents(ROOM), dispatches=(replace(DISPATCH, identities=()),))
    assert watch((0, alone), (4.9, alone)).action is None
    assert reason(watch((0, alone), (5, alone))) is Reason.NOT_ACCEPTED


def test_a_call_ends_if_the_second_agent_does_not_join() -> None:
    alone = marked(without_agents(ROOM), 23)
    assert watch((0, ROOM), (23, alone), (26.9, alone)).action is None
    assert isinstance(watch((0, ROOM), (23, alone), (27, alone)).action, HangUp)


def test_a_replica_that_takes_over_after_the_dispatch_ends_the_call_in_time() -> None:
    assert isinstance(watch((27, marked(without_agents(ROOM), 23))).action, HangUp)


def test_a_second_agent_that_talks_keeps_the_call() -> None:
    assert watch((30, marked(ROOM, 23))).action is None


def test_a_call_ends_if_the_second_agent_dies() -> None:
    assert isinstance(watch((30, marked(ROOM, 23)), (60, marked(replace(ROOM, agents=(DEAD,)), 23))).action, HangUp)


def test_a_replica_remembers_its_dispatch_before_livekit_shows_the_mark() -> None:
    dead = replace(ROOM, agents=(DEAD,))
    past = replace(watch((0, ROOM), (20, dead)).past, redispatched_at=START + 20)
    assert decide(without_agents(ROOM), past, START + 21, LIMITS).action is None


def test_a_call_transferred_to_a_person_is_not_changed() -> None:
    with_person = replace(without_agents(ROOM), people=1)
    assert watch((0, ROOM), (20, with_person), (60, with_person)).action is None


def test_a_call_transferred_to_another_telephone_is_not_changed() -> None:
    two = replace(without_agents(ROOM), callers=(CALLER, replace(CALLER, identity="sip_2")))
    assert watch((0, ROOM), (20, two), (60, two)).action is None


def test_an_outbound_call_that_rings_is_not_changed() -> None:
    rings = replace(ROOM, callers=(replace(CALLER, in_call=False),), agents=(MUTE,))
    assert watch((0, rings), (40, rings)).action is None


def test_the_limits_of_an_outbound_call_start_with_its_answer() -> None:
    rings = replace(ROOM, callers=(replace(CALLER, in_call=False),), agents=(MUTE,))
    answered = replace(ROOM, agents=(MUTE,))
    assert watch((0, rings), (40, answered), (49, answered)).action is None
    assert reason(watch((0, rings), (40, answered), (50, answered))) is Reason.NO_TRACK


def test_a_room_without_a_dispatch_is_not_changed() -> None:
    waiting = Room(name="queue", callers=(CALLER,))
    assert watch((0, waiting), (500, waiting)) == Decision(past=Past(answered_at=START, called=True))


def test_one_talking_agent_of_several_is_enough() -> None:
    second = replace(TALKING, identity="agent-2", name="expert")
    assert watch((0, ROOM), (20, replace(ROOM, agents=(DEAD, second)))).action is None


def test_only_the_agent_that_talked_is_dispatched_again() -> None:
    notes = Agent(identity="agent-2", name="notes", joined_at=START, has_audio=False)
    wanted = (DISPATCH, Dispatch(id="AD_2", agent_name="notes", identities=("agent-2",)))
    both = replace(ROOM, agents=(TALKING, notes), dispatches=wanted)
    action = watch((0, both), (60, replace(both, agents=(DEAD, notes)))).action
    assert isinstance(action, Redispatch)
    assert (action.wanted, action.old_identities) == ((DISPATCH,), ("agent-1",))


def participant(kind: ParticipantInfo.Kind.ValueType, **fields: Any) -> ParticipantInfo:
    return ParticipantInfo(identity="p", kind=kind, joined_at_ms=1_000_500, **fields)


def test_a_room_is_read_from_the_response_of_livekit() -> None:
    track = TrackInfo(type=TrackType.AUDIO)
    found = room_of(
        "call-1",
        [
            participant(ParticipantInfo.Kind.SIP, attributes={"voice.redispatched": "1001.5", "sip.ruleID": "SDR_1"}),
            participant(ParticipantInfo.Kind.AGENT, tracks=[track], attributes={"lk.agent_name": "voice-agent"}),
            participant(ParticipantInfo.Kind.EGRESS),
        ],
        (),
        {"p"},
    )
    assert found == Room(
        name="call-1",
        callers=(Caller(identity="p", joined_at=START + 0.5, redispatched_at=START + 1.5),),
        agents=(Agent(identity="p", name="voice-agent", joined_at=START + 0.5, has_audio=True, responds=False),),
    )


def test_only_outbound_calls_ring() -> None:
    for status, rule, in_call in (("ringing", "", False), ("active", "", True), ("ringing", "SDR_1", True)):
        who = participant(ParticipantInfo.Kind.SIP, attributes={"sip.callStatus": status, "sip.ruleID": rule})
        assert room_of("call-1", [who], (), set()).callers[0].in_call is in_call


def test_a_participant_that_cannot_publish_does_not_count_as_a_person() -> None:
    for may_publish in (True, False):
        who = participant(ParticipantInfo.Kind.STANDARD, permission=ParticipantPermission(can_publish=may_publish))
        assert room_of("call-1", [who], (), set()).people == int(may_publish)


AGENTS = st.builds(
    Agent,
    identity=st.sampled_from(["agent-1", "agent-2", "agent-3"]),
    name=st.sampled_from(["voice-agent", "notes"]),
    joined_at=st.floats(START, START + 60),
    has_audio=st.booleans(),
    responds=st.booleans(),
)
CALLERS = st.builds(
    Caller,
    identity=st.sampled_from(["sip_1", "sip_2"]),
    joined_at=st.floats(START, START + 60),
    in_call=st.booleans(),
)
DISPATCHES = st.builds(
    Dispatch, id=st.sampled_from(["AD_1", "AD_2"]), agent_name=st.sampled_from(["voice-agent", "notes"])
)
ROOMS = st.builds(
    Room,
    name=st.just("call-1"),
    callers=st.lists(CALLERS, max_size=2).map(tuple),
    people=st.integers(0, 1),
    agents=st.lists(AGENTS, max_size=3).map(tuple),
    dispatches=st.lists(DISPATCHES, max_size=2).map(tuple),
)


@given(st.lists(st.tuples(st.floats(0, 5), ROOMS), max_size=20))
def test_a_caller_who_hears_an_agent_or_a_person_is_never_cut_off(observations: list[tuple[float, Room]]) -> None:
    past, now = Past(), START
    for passed, room in observations:
        now += passed
        decision = decide(room, past, now, LIMITS)
        heard = room.people or any(agent.has_audio and agent.responds for agent in room.agents)
        assert not (heard and decision.action), room
        past = decision.past


@given(st.lists(st.tuples(st.floats(0, 5), ROOMS), max_size=20))
def test_a_call_is_dispatched_again_at_most_once(observations: list[tuple[float, Room]]) -> None:
    past, now, dispatched = Past(), START, 0
    for passed, room in observations:
        now += passed
        decision = decide(room, past, now, LIMITS)
        past = decision.past
        if isinstance(decision.action, Redispatch):
            dispatched += 1
            past = replace(past, redispatched_at=now)
    assert dispatched <= 1


@given(ROOMS, CALLERS, st.floats(0, 60))
def test_a_caller_without_an_agent_gets_an_action_within_the_limits(room: Room, caller: Caller, arrived: float) -> None:
    silent = tuple(replace(agent, has_audio=agent.has_audio and not agent.responds) for agent in room.agents)
    room = replace(room, callers=(replace(caller, in_call=True),), people=0, agents=silent)
    assume(room.agents or room.dispatches)
    begin = max([caller.joined_at, START + arrived, *(agent.joined_at for agent in room.agents)])
    first = decide(room, Past(), begin, LIMITS)
    late = decide(room, first.past, begin + LIMITS.track, LIMITS)
    assert isinstance(late.action, Redispatch)
    ended = decide(room, replace(late.past, redispatched_at=begin), begin + LIMITS.track, LIMITS)
    assert isinstance(ended.action, HangUp)
