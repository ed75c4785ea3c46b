"""Who takes part in a trial: a provider, and processes of the product. All of them are stopped."""

import random
import re
import sys
from pathlib import Path

from clinic.stack.processes import Process, wait_until
from clinic.stack.state import PROJECT
from clinic.stack.supervisor import free_port
from tests.faults.ground import Ground
from tests.faults.outcome import Plan
from tests.faults.outside import Mail, Provider, Texts, answers
from tests.faults.senders import Senders

UNHURRIED = 15  # seconds of lease where no sender dies: a busy machine is no fault
RECEIPT = 5
NEW_EACH_TIME, KNOWN_AGAIN = "new each time", "known again"


class Cast:
    """The processes of one trial, each with its log in the trial's folder."""

    def __init__(
        self,
        ground: Ground,
        plan: Plan,
        name: str,
        *,
        lease: float = 5,
        texts: str = "",
        **environment: str,
    ) -> None:
        self.ground, self.plan, self.name = ground, plan, name
        self.random = random.Random(f"{plan.seed} {name}")
        self.folder: Path = ground.state / re.sub("[^a-z0-9]+", "-", name.lower())
        self.logs = self.folder / "log"
        self.logs.mkdir(parents=True)
        self.lease = lease
        self.provider = self.make_provider(texts)
        self.given = environment | {
            "FAULTS_MISTAKE": plan.mistake,
            "FUSELINE_LEASE_SECONDS": str(lease),
            "FUSELINE_RECEIPT_SECONDS": str(min(lease, RECEIPT)),
            **self.provider.address(),
        }
        self.running: list[Process | Senders] = []

    def make_provider(self, texts: str) -> Provider:
        """Return one for e-mail, or one for texts that does or does not know a reference again."""
        if not texts:
            return Mail(self.folder / "mail", self.logs, self.plan.seed)
        return Texts(
            self.folder / "texts",
            self.logs,
            self.plan.seed,
            knows_again=texts == KNOWN_AGAIN,
        )

    def environment(self, login: str, **more: str) -> dict[str, str]:
        return self.ground.environment(self.ground.address(login), **self.given, **more)

    def senders(self, number: int = 3) -> Senders:
        """Start processes that run `manage.py send` again and again."""
        made = Senders(
            number, environment=self.environment("fuseline_worker"), log=self.logs / "senders.log"
        )
        self.running.append(made)
        return made

    def end_senders(self) -> None:
        for each in [each for each in self.running if isinstance(each, Senders)]:
            each.stop()
            self.running.remove(each)

    def celery(self, *arguments: str, **more: str) -> Process:
        """Start a worker or a beat."""
        made = Process(
            f"celery {arguments[0]}",
            [sys.executable, "-m", "celery", "-A", "clinic", *arguments],
            log=self.logs / f"celery-{len(self.running)}.log",
            cwd=PROJECT,
            env=self.environment("fuseline_worker", **more),
        )
        made.start()
        self.running.append(made)
        return made

    def web(self, **more: str) -> int:
        """Start the web as in production; return its port."""
        port = free_port()
        serve = ["--workers", "2", "--threads", "4", "--preload", "--no-control-socket"]
        made = Process(
            "web",
            [sys.executable, "-m", "gunicorn", "clinic.wsgi", *serve, f"--bind=127.0.0.1:{port}"],
            log=self.logs / "web.log",
            cwd=PROJECT,
            env=self.environment("fuseline_web", DB_POOL="1", **more),
        )
        made.start()
        self.running.append(made)
        wait_until(lambda: answers(port), made, seconds=60)
        return port

    def stop(self) -> None:
        """Stop everybody at once; whoever was stopped with SIGSTOP, too."""
        for each in reversed(self.running):
            each.kill() if isinstance(each, Process) else each.stop()
        self.running.clear()
        self.provider.process.stop()
