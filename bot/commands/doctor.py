"""`guichet doctor`: is everything as it has to be?"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from bot.errors import ConfigurationError
from bot.settings import load
from bot.supervisor.checks import Finding, examine, here


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False) -> None:
    """Check this installation and say how to mend what is wrong; exit code 1 if something is.

    Looks at Python, office.yml, folders, disk, secret, web pages, model, stores, database, articles, and at what runs.
    It repairs nothing.
    """
    try:
        findings = examine(load(), os.environ)
    except ConfigurationError as error:
        findings = [
            here(),
            Finding("settings", False, str(error), "put it right: docs/settings.md says what it takes"),
        ]
    well = all(finding.ok for finding in findings)
    if as_json:
        print(json.dumps({"ok": well, "checks": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            print(f"{'✓' if finding.ok else '✗'} {finding.name}: {finding.detail}")
            if not finding.ok and finding.fix:
                print(f"    → {finding.fix}")
    sys.exit(0 if well else 1)
