"""One message's turn: settle what an earlier sender left, begin, send, record."""

import logging
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from followups.choices import ReminderState
from followups.models import Hold
from followups.notify import MESSENGERS, CannotSend, Outgoing, Refused, UnknownOutcome
from followups.services.sending import circuit, outcomes
from followups.services.sending.claims import give_back, mine
from followups.services.sending.outbox import Clock, Outbox, Unwanted, Verdict

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    outbox: Outbox
    message: Any
    channels: circuit.Channels
    clock: Clock

    def take(self) -> bool:
        """Send the claimed message and record what became of it; return whether it was sent."""
        now = self.clock()
        if outcomes.settle(self.message, now):
            return False
        if wait := self.outbox.waits(self.message, now):
            until, reason = wait
            outcomes.end(self.message, Verdict(ReminderState.PENDING, reason, until))
            return False
        outgoing = self._begin()
        return outgoing is not None and self._send(outgoing)

    def _begin(self) -> Outgoing | None:
        """Count the attempt and word the message, in one transaction; None if it is not to go."""
        now = self.clock()
        try:
            with transaction.atomic():
                if outcomes.begin(self.outbox, self.message, now):
                    return self.outbox.compose(self.message, now)
        except Unwanted:
            pass  # rolled back, so the attempt is not counted
        except Exception as error:  # one row's fault must not keep the others waiting
            kind = type(error).__name__
            logger.warning("message %s could not be worded: %s", self.message.public_id, kind)
            reason = f"It could not be worded ({kind})."
            outcomes.end(self.message, Verdict(ReminderState.QUARANTINED, reason))
            return None
        self._stand_down()
        return None

    def _stand_down(self) -> None:
        """Say why a claimed message does not leave, or leave it to the next round."""
        now, message = self.clock(), self.message
        if not mine(message).filter(lease_until__gt=now).exists() or _is_held(message):
            give_back([message])
        elif now >= message.not_after:
            outcomes.end(message, Verdict(ReminderState.EXPIRED, f"Too late. {message.reason}"))
        else:
            outcomes.end(message, self.outbox.verdict(message, now))

    def _send(self, outgoing: Outgoing) -> bool:
        """Hand the message over with no transaction open."""
        message = self.message
        try:
            provider_id = MESSENGERS[message.channel].send(outgoing)
        except Refused as error:
            outcomes.refused(message, str(error))
            if error.should_close_channel:
                self.outbox.close_channel(message, outgoing.to, self.clock())
            return False
        except CannotSend as error:
            self._failed(str(error))
            outcomes.again(message, str(error), self.clock(), error.retry_after)
            return False
        except UnknownOutcome as error:
            self._failed(str(error))
            outcomes.unknown(message, str(error), self.clock())
            return False
        except Exception as error:  # it may have left before it broke
            logger.exception("message %s broke its sender", message.public_id)
            outcomes.unknown(
                message, f"It broke its sender ({type(error).__name__}).", self.clock()
            )
            return False
        self._works()
        return outcomes.sent(message, provider_id, self.clock())

    def _failed(self, reason: str) -> None:
        channel = self.message.channel
        if circuit.failed(channel, reason, self.clock()):
            self.channels.usable.remove(channel)

    def _works(self) -> None:
        if self.message.channel in self.channels.troubled:
            circuit.works(self.message.channel, self.clock())
            self.channels.troubled.discard(self.message.channel)


def _is_held(message: Any) -> bool:
    return Hold.objects.active().filter(clinic=message.clinic_id).exists()
