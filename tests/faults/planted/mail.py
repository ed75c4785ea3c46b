"""The product's way to send mail, except that some addresses kill whoever writes to them."""

import os
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

POISON = "poison"


class Mail(EmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if any(to.startswith(POISON) for message in email_messages for to in message.to):
            os._exit(70)
        return super().send_messages(email_messages)
