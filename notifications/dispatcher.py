"""The dispatcher: it claims messages, has them composed, hands them to the lanes and settles them, many at a time.

It alone uses the database; the lanes only call. That a message may leave now is written before its call is made.
"""

import logging
import queue
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils.module_loading import import_string

from notifications import attempts, bounded_http, circuits, claims, email, outbox, outcomes, retries
from notifications.answers import Answer, Sent, Unclear
from notifications.circuits import Opened
from notifications.content import Content, Email, NotYet, Skip, Sms
from notifications.lanes import Call, Lanes, Result
from notifications.models import Channel, OutboxMessage, State
from notifications.pace import Pace

# As many calls wait for each lane as it makes in a short time; slow ones would outlast their leases.
DEPTH, DEPTH_IF_SLOW = 8, 2
SLOW_MILLISECONDS = 1000
# Once the clock went ahead by so much at once, calls that are under way look as if they had ended long ago.
JUMP_SECONDS = 5
PACED_SECONDS = 4  # a sender with a pace has so many seconds of calls waiting
# Answers are settled together after this time, or at once when nothing else is awaited.
SETTLE_EVERY_SECONDS = 0.2
# A call that would begin later than this after it was noted might not end before its lease.
BEGIN_WITHIN_SECONDS = 20
AWAY = (OperationalError, InterfaceError)

log = logging.getLogger(__name__)

Sendable = tuple[OutboxMessage, Sms | Email]


class Dispatcher:
    """The one that claims and settles the messages of a process; `clock` tells the time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._lanes = {
            Channel.SMS: self._new_lanes(
                settings.SMS_LANES, settings.SMS_PER_SECOND, keeping=bounded_http.keeping_connections
            ),
            Channel.EMAIL: self._new_lanes(settings.EMAIL_LANES, 0, keeping=email.keeping_connection),
        }
        self._depths = dict.fromkeys(Channel, DEPTH)
        # The accounts that had most of the last claim, and come after the others in the next one.
        self._crowding: dict[Channel, list[str]] = {channel: [] for channel in Channel}
        self._open: dict[int, Call] = {}  # what the lanes have, by the message's id
        self._unsettled: list[Result] = []
        self._ahead = self._clock().timestamp() - time.monotonic()
        self._is_sure_from = 0.0  # by the monotonic clock

    def run(self, *, goes_on: Callable[[], bool], note_look: Callable[[], None] = lambda: None) -> tuple[int, bool]:
        """Send what is due; return how many messages were handled, and whether these were all.

        Once `goes_on` says no, nothing more is begun; the calls that are under way end. `note_look` is called after
        each look at the outbox.
        """
        handled = 0
        while True:
            may_begin = goes_on()
            taken = 0
            if may_begin:
                opened = circuits.opened()
                self._note_jump()
                taken = sum(self._fill(channel, opened) for channel in Channel)
                note_look()
            else:
                for lanes in self._lanes.values():
                    self._give_back(lanes)
            handled += taken
            if not self._open and not self._unsettled:
                if not taken:
                    return handled, may_begin
                continue
            self._settle()

    def _new_lanes(self, count: int, per_second: int, *, keeping: Callable[[], AbstractContextManager[None]]) -> Lanes:
        return Lanes(count, pace=Pace(per_second), keeping=keeping, results=self._results)

    def _note_jump(self) -> None:
        """Note whether the clock went ahead at once: what may be under way is left alone for a lease then."""
        monotonic = time.monotonic()
        ahead = self._clock().timestamp() - monotonic
        if ahead - self._ahead > JUMP_SECONDS:
            self._is_sure_from = monotonic + outbox.LEASE.total_seconds()
        self._ahead = ahead

    def _fill(self, channel: Channel, opened: Mapping[Channel, Opened]) -> int:
        """Claim as many messages of a channel as its lanes have room for; return how many.

        Of a provider that takes nothing, one is claimed each minute, to see.
        """
        on_their_way = sum(call.message.channel == channel for call in self._open.values())
        most = self._most_on_their_way(channel)
        room, now = most - on_their_way, self._clock()
        if on_their_way and room * 2 < most:
            return 0
        if channel in opened:
            is_free = not on_their_way and claims.waits(channel, now=now) and circuits.take_probe(channel, now=now)
            room = 1 if is_free else 0
        if room < 1:
            return 0
        claimed = claims.claim_due(
            now=now, limit=room, channel=channel, crowding=self._crowding[channel],
            only_new=time.monotonic() < self._is_sure_from,
        )  # fmt: skip
        if claimed:
            shares = Counter(message.account for message in claimed)
            self._crowding[channel] = [account for account, count in shares.items() if count * 4 >= len(claimed)]
            self._hand_over(claimed)
            if channel in opened and not any(message.pk in self._open for message in claimed):
                circuits.give_back_probe(channel)
        return len(claimed)

    def _most_on_their_way(self, channel: Channel) -> int:
        most = self._lanes[channel].count * self._depths[channel]
        paced = settings.SMS_PER_SECOND * PACED_SECONDS if channel == Channel.SMS else 0
        return min(most, paced) if paced else most

    def _hand_over(self, messages: Sequence[OutboxMessage]) -> None:
        """Compose messages and hand them to the lanes, unless they need no call."""
        compose: Callable[..., Content] = import_string(settings.NOTIFICATIONS_COMPOSER)(messages)
        sendable: list[Sendable] = []
        questions: list[Sendable] = []
        for message in messages:
            try:
                content = self._content_of(message, compose)
            except AWAY:
                raise
            except Exception as error:  # noqa: BLE001 -- with one message; the others go on
                outcomes.record_error(message, error, now=self._clock())
                continue
            if content is not None:
                (sendable if message.attempted_at is None else questions).append((message, content))
        self._call(questions, are_questions=True)
        self._begin(sendable)

    def _content_of(self, message: OutboxMessage, compose: Callable[..., Content]) -> Sms | Email | None:
        """Return what to send; None if the message is settled or put back instead."""
        now = self._clock()
        may_have_left = message.attempted_at is not None
        if message.left_behind >= retries.MOST_LEFT_BEHIND:  # whoever takes it never comes back
            outbox.settle(message, State.UNKNOWN if may_have_left else State.DEAD, now=now, reason="no_end")
        elif now >= message.not_after:
            outbox.settle(message, State.UNKNOWN if may_have_left else State.SKIPPED, now=now, reason="too_late")
        else:
            content = compose(message, now=now)
            if isinstance(content, Sms | Email):
                return content
            if isinstance(content, Skip):
                outcomes.skip(message, content, now=now)
            elif isinstance(content, NotYet):
                retries.postpone(message, until=content.until, reason=content.reason, now=now)
        return None

    def _begin(self, sendable: Sequence[Sendable]) -> None:
        """Note that messages may leave now, and hand those that may to the lanes."""
        if not sendable:
            return
        now = self._clock()
        reasons = attempts.begin(sendable, now=now)
        self._call([pair for pair in sendable if not reasons[pair[0].pk]])
        for message, _ in sendable:
            reason = reasons[message.pk]
            if reason and reason != outbox.LEASE_LOST:
                outcomes.skip(message, Skip(reason, instead=Channel.EMAIL), now=now)

    def _call(self, pairs: Sequence[Sendable], *, are_questions: bool = False, after: Answer | None = None) -> None:
        now, begin_by = self._clock(), time.monotonic() + BEGIN_WITHIN_SECONDS
        for channel, lanes in self._lanes.items():
            calls = [
                Call(
                    message=message, content=content, handed_over_at=now, begin_by=begin_by,
                    callback_url=f"{settings.PUBLIC_URL}/webhooks/twilio/status?message={message.uuid}",
                    is_question=are_questions, after=after,
                )
                for message, content in pairs
                if message.channel == channel
            ]  # fmt: skip
            self._open.update({call.message.pk: call for call in calls})
            planned = [call for call in calls if call.message.is_planned and not are_questions]
            if len(planned) < len(calls):  # first, or a lane that is idle would begin with what was planned
                lanes.add([call for call in calls if call not in planned], are_urgent=True)
            if planned:
                lanes.add(planned)

    def _give_back(self, lanes: Lanes) -> None:
        """Put back the messages whose calls no lane has begun."""
        for call in lanes.withdraw():
            del self._open[call.message.pk]
            outcomes.record_not_begun(call, now=self._clock())

    def _settle(self) -> None:
        """Wait for answers for a short time, and settle them together.

        Those that could not be settled because the database is away are settled when it is back.
        """
        self._collect()
        taken = [result for result in self._unsettled if isinstance(result.answer, Sent) and not result.answer.failure]
        for channel in Channel:
            of_channel = [result for result in taken if result.call.message.channel == channel]
            if of_channel and self._settle_together(of_channel):
                self._note_settled(of_channel)
        for result in list(self._unsettled):
            try:
                self._settle_one(result)
            except AWAY:
                raise
            except Exception as error:  # noqa: BLE001 -- with one message; the others go on
                self._note_settled([result])
                outcomes.record_error(result.call.message, error, now=self._clock())
            else:
                self._note_settled([result])

    def _collect(self) -> None:
        """Wait until all calls have ended, one of them badly, or time is up."""
        until, is_over = time.monotonic() + SETTLE_EVERY_SECONDS, False
        while not is_over and len(self._unsettled) < len(self._open):
            try:
                result = self._results.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return
            is_over = not isinstance(result.answer, Sent)
            self._unsettled.append(result)
            if result.answer is not None:
                outcomes.log_attempt(result)
            if not result.call.is_question:
                is_slow = result.milliseconds > SLOW_MILLISECONDS
                self._depths[Channel(result.call.message.channel)] = DEPTH_IF_SLOW if is_slow else DEPTH

    def _settle_together(self, results: Sequence[Result]) -> bool:
        """Settle messages that were sent; False if one of them stands in the way, so that each goes alone."""
        try:
            outcomes.settle_sent(results, now=self._clock())
        except AWAY:
            raise
        except Exception:
            log.exception("messages_not_settled_together")
            return False
        return True

    def _settle_one(self, result: Result) -> None:
        call, answer, now = result.call, result.answer, self._clock()
        pair = (call.message, call.content)
        if answer is None:
            outcomes.record_not_begun(call, now=now)
        elif isinstance(answer, Exception):
            outcomes.record_error(call.message, answer, now=now)
        elif isinstance(answer, Sequence) or (call.is_question and isinstance(answer, Unclear)):
            if outcomes.record_found(call, answer, now=now):
                self._begin([pair])
        elif outcomes.record_answer(call, answer, now=now):
            self._call([pair], are_questions=True, after=answer)
        if not isinstance(answer, Sent | None) and Channel(call.message.channel) in circuits.opened():
            self._give_back(self._lanes[Channel(call.message.channel)])

    def _note_settled(self, results: Sequence[Result]) -> None:
        for result in results:
            self._unsettled.remove(result)
            if result.may_concern_all:
                self._lanes[Channel(result.call.message.channel)].go_on()
            if self._open.get(result.call.message.pk) is result.call:
                del self._open[result.call.message.pk]
