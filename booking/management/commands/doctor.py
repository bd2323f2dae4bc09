"""`manage.py doctor`: look at all that a running installation depends on; exit 1 where something is wrong."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.operations.doctor import examine
from booking.operations.findings import Verdict
from booking.operations.trial_messages import TrialRefused, send_trial_mail, send_trial_text
from booking.operations.trial_webhooks import call_webhooks


class Command(BaseCommand):
    help = "Looks at all that this installation depends on, a line each; exit 1 where something is wrong."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object a line")
        parser.add_argument("--text-to", metavar="NUMBER", help="send a text to your own number, such as +33612345678")
        parser.add_argument("--mail-to", metavar="ADDRESS", help="send an e-mail to your own address")

        parser.add_argument("--webhooks", action="store_true", help="call each webhook of the stores once, signed")

    def handle(self, *args: Any, **options: Any) -> None:
        is_wrong = False
        looks = chain(examine(now=timezone.now()), call_webhooks(now=timezone.now()) if options["webhooks"] else ())
        for finding in looks:
            is_wrong |= finding.verdict is Verdict.WRONG
            line = f"{finding.verdict:5}  {finding.name}: {finding.said}"
            self.stdout.write(json.dumps(asdict(finding)) if options["json"] else line)
        for send, to in ((send_trial_text, options["text_to"]), (send_trial_mail, options["mail_to"])):
            if to:
                try:
                    self.stdout.write(send(to))
                except TrialRefused as reason:
                    is_wrong = True
                    self.stderr.write(str(reason))
        if is_wrong:
            sys.exit(1)
