"""What of a mail is taken for its sender's last words, beside the tags of other hands.

    python -m benchmarks.segments FILE

FILE is `french_emails.json` of MAIF's melusine (Apache-2.0, not part of this project): fictional French mails, whose messages
(the last one first) have lines tagged BODY, THANKS, HELLO, GREETINGS, SIGNATURE, FOOTER and the like. Asked is which lines of the last message are its
body. The tags split lines at full stops and lose them and the accents, so that a line of ours counts by its words: every tagged line stands in `said` or
it does not. Recall is the share of BODY lines that stand there, precision that of the tagged lines standing there that are BODY. THANKS is
counted apart: « je vous remercie de me rappeler » is said, « merci d'avance » is not. Prints what is taken otherwise, and writes the figures, no line of a mail among
them, to results/segments.json. The peers mail-parser-reply and email-reply-parser are measured too where they are
installed; they keep greetings, and do not open forwards.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import machine
from bot.readings import PartKind
from bot.text.french import fold
from bot.triage.segment import segment

WORD = re.compile(r"[^\W_]+")
ATTACHED = re.compile(r"\(see attached|^file:|^<[^>]*$|^\(embedded|screenshot\d?\.png")
"""Lines of an attachment's name, which are no words of anybody's whatever their tag."""
OWN = {PartKind.BODY, PartKind.GREETING, PartKind.CLOSING, PartKind.SIGNATURE}
Said = Callable[[str, str], str]
"""Body and subject to what is said."""


def main() -> None:
    """Measure, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("file", type=Path)
    mails = json.loads(arguments.parse_args().file.read_text(encoding="utf-8"))
    figures = {"guichet": measured(mails, ours)}
    print(*figures["guichet"].pop("faults"), sep="\n")
    for name, said in peers().items():
        figures[name] = measured(mails, said)
        figures[name].pop("faults")
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    print(machine.write("segments", figures))


def ours(body: str, subject: str) -> str:
    """What we say is said; "" where that is the subject or a quote for want of words."""
    found = segment(body, subject)
    own = any(part.kind in OWN for part in found.parts)
    return found.said if own or found.is_forward else ""


def peers() -> dict[str, Said]:
    """The packages that do the like, where they are installed; they are no dependency."""
    found: dict[str, Said] = {}
    if importlib.util.find_spec("mailparser_reply"):
        mail_parser = importlib.import_module("mailparser_reply").EmailReplyParser(languages=["fr", "en"])
        found["mail-parser-reply"] = lambda body, _: next(
            (reply.body for reply in mail_parser.read(body).replies if reply.body.strip()), ""
        )
    if importlib.util.find_spec("email_reply_parser"):
        email_reply = importlib.import_module("email_reply_parser").EmailReplyParser
        found["email-reply-parser"] = lambda body, _: email_reply.parse_reply(body)
    return found


def measured(mails: list[dict[str, Any]], said_in: Said) -> dict[str, Any]:
    """Precision and recall by line, the lines that are wrong, and milliseconds a mail."""
    right = missed = wrong = thanked = whole = pieces = 0
    faults: list[str] = []
    seconds: list[float] = []
    for number, mail in enumerate(mails):
        begun = time.process_time()
        found = said_in(mail["body"].replace("\r\n", "\n"), mail["header"])
        seconds.append(time.process_time() - begun)
        said = squeezed(found)
        before = missed, wrong
        for tag, line in mail["messages"][0]["tags"]:
            words = squeezed(line)
            if not words or ATTACHED.search(line.lower()):
                continue
            stands = f" {words} " in f" {said} "
            if tag == "BODY":
                right, missed = right + stands, missed + (not stands)
                pieces += not stands and not any(letter.isalpha() for letter in words)
            elif stands and tag == "THANKS":
                thanked += 1
            elif stands:
                wrong += 1
            if stands != (tag == "BODY") and tag != "THANKS":
                faults.append(f"{number} {tag} {'said' if stands else 'missed'}: {line}")
        whole += before == (missed, wrong)
    return {
        "mails": len(mails),
        "lines": right + missed,
        "precision": round(right / max(right + wrong, 1), 4),
        "recall": round(right / (right + missed), 4),
        "recall_without_pieces_of_numbers": round(right / (right + missed - pieces), 4),
        "mails_all_right": whole,
        "thanks_said": thanked,
        "processor": machine.summary(seconds),
        "faults": faults,
    }


def squeezed(text: str) -> str:
    """Folded words, one space apart."""
    return " ".join(WORD.findall(fold(text)))


if __name__ == "__main__":
    main()
