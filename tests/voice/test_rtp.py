"""The media end of the other tests hears exactly the sent tones and digits."""

from __future__ import annotations

import time

import pytest

from tests.voice.rtp import MediaEnd
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice


def test_each_end_hears_the_tone_and_the_digits_of_the_other() -> None:
    with (
        MediaEnd("127.0.9.1", 4000, frequency=440) as one,
        MediaEnd("127.0.9.2", 4000, ("127.0.9.1", 4000), 700) as two,
    ):
        eventually(lambda: one.hears(700) and two.hears(440), 5)
        assert not one.hears(440)
        assert one.silence() < 1
        two.press("42#")
        eventually(lambda: one.digits() == "42#", 5, one.digits)
        two.muted = True
        muted_at = time.monotonic() + 0.1
        time.sleep(0.5)
        assert not one.hears(700, since=muted_at)
        assert one.silence() > 0.3
        assert two.hears(440)
