"""Holds sender processes: each is forked with Django loaded and runs `manage.py send` for ever.

Run as a process that obeys one line at a time from its parent. So a killed sender is replaced in
milliseconds, and hundreds of kills cost no hundreds of starts. What ends is replaced; only what
this process has itself started is ever signalled, and a dead child's number stays its own until
it has been waited for.
"""

import os
import select
import signal
import sys
import time
import traceback

import django
from django.core.management import call_command
from django.db import connection

from clinic.stack.processes import die_with_parent

PAUSE = 0.05


def send_for_ever() -> None:
    """Be a sender, in a session of its own, until somebody ends it."""
    os.setsid()
    die_with_parent(signal.SIGKILL)()
    with open(os.devnull) as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    while True:
        try:
            call_command("send", stdout=sys.stderr)
        except Exception:  # whatever ends a command, cron starts the next one
            traceback.print_exc()
            connection.close()
            time.sleep(4 * PAUSE)
        time.sleep(PAUSE)


class Nursery:
    def __init__(self, wanted: int) -> None:
        self.senders = [0] * wanted
        self.ended = 0  # by themselves, so by no kill of ours

    def tend(self) -> None:
        """Replace whoever has ended."""
        for place, process in enumerate(self.senders):
            if process and os.waitpid(process, os.WNOHANG)[0]:
                self.ended += 1
                self.senders[place] = 0
            if not self.senders[place]:
                self.senders[place] = self.fork()

    def fork(self) -> int:
        process = os.fork()
        if process:
            return process
        try:
            send_for_ever()
        finally:
            os._exit(1)

    def obey(self, word: str, place: int) -> str:
        process = self.senders[place]
        if word == "kill":
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            self.senders[place] = self.fork()
        elif word == "pause":
            os.kill(process, signal.SIGSTOP)
        elif word == "go on":
            os.kill(process, signal.SIGCONT)
        return str(self.ended)

    def end(self) -> None:
        for process in filter(None, self.senders):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def main(wanted: str) -> None:
    django.setup()
    nursery = Nursery(int(wanted))
    nursery.tend()
    print("ready", flush=True)
    pending = b""
    while True:
        if select.select([0], [], [], PAUSE)[0]:
            got = os.read(0, 4096)
            if not got:  # our parent has closed the line or is gone
                nursery.end()
                return
            *lines, pending = (pending + got).split(b"\n")
            for line in lines:
                word, _, place = line.decode().partition(":")
                print(nursery.obey(word, int(place or 0)), flush=True)
        nursery.tend()


if __name__ == "__main__":
    main(*sys.argv[1:])
