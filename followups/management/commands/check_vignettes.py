import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from followups.protocol import RULE_SET_VERSION
from followups.vignettes import BadFile, Verdict, judge, read


class Command(BaseCommand):
    help = "Run a file of clinical cases through the rules and show what differs."
    requires_system_checks = ()  # needs neither database nor configuration

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="cases in YAML")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            verdicts = [judge(case) for case in read(path)]
        except BadFile as bad:
            if options["json"]:
                self._print({"file": path.name, "problems": _problems(bad)})
            raise CommandError(str(bad)) from bad
        different = [each.case.id for each in verdicts if not each.is_as_expected]
        if options["json"]:
            self._print(_data(path, verdicts, different))
        else:
            self.stdout.write("\n".join(line for each in verdicts for line in each.lines()))
            self.stdout.write(f"\n{len(verdicts)} cases, rule set {RULE_SET_VERSION}.")
        if different:
            raise CommandError(
                f"{len(different)} of {len(verdicts)} differ: {', '.join(different)}"
            )

    def _print(self, data: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(data, indent=2, ensure_ascii=False))


def _data(path: Path, verdicts: list[Verdict], different: list[str]) -> dict[str, Any]:
    return {
        "file": path.name,
        "rule_set_version": RULE_SET_VERSION,
        "cases": [each.as_data() for each in verdicts],
        "differ": different,
        "problems": [],
    }


def _problems(bad: BadFile) -> list[dict[str, str]]:
    return [{"case": each.case, "key": each.key, "text": each.text} for each in bad.problems]
