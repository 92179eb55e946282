"""Logs, their rotation, and a log of Rasa's without words."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

from bot.supervisor import progress, wordless
from bot.supervisor.processes import rotate
from tests.ops.programs import ROOT


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    """A log beyond its limit becomes `.1`, older ones move up, the oldest is dropped."""
    log = tmp_path / "rasa.log"
    for content in ("first", "second", "third", "fourth"):
        log.write_text(content)
        assert rotate(log, max_bytes=3)
    contents = {path.name: path.read_text() for path in tmp_path.iterdir()}

    assert contents == {"rasa.log": "", "rasa.log.1": "fourth", "rasa.log.2": "third", "rasa.log.3": "second"}


def test_a_small_log_stays(tmp_path: Path) -> None:
    """A log within its limit, or none, is left alone."""
    log = tmp_path / "rasa.log"
    absent = rotate(log)
    log.write_text("few")
    small = rotate(log, max_bytes=3)

    assert (absent, small) == (False, False)


def test_a_writer_goes_on_after_rotation(tmp_path: Path) -> None:
    """A program that writes to a log that is put aside goes on at the beginning of the new one."""
    log = tmp_path / "rasa.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"before\n")
        rotate(log, max_bytes=3)
        writer.write(b"after\n")

    assert log.read_bytes() == b"after\n"


def test_the_tail_is_the_end(tmp_path: Path) -> None:
    """The last lines, without the empty ones; nothing of a log that is not there."""
    log = tmp_path / "x.log"
    log.write_text("".join(f"line {number}\n\n" for number in range(100)))
    found = progress.tail(log, lines=2)

    assert found == ["line 98", "line 99"]
    assert progress.tail(tmp_path / "none.log") == []


def test_the_tail_of_one_start(tmp_path: Path) -> None:
    """Only what came after a size of the log; all of it where the log was cut since."""
    log = tmp_path / "x.log"
    log.write_text("before\nafter\n")
    found = [progress.tail(log, since=since) for since in (7, 0, 13, 500)]

    assert found == [["after"], ["before", "after"], [], ["before", "after"]]


def test_a_failed_command_keeps_what_it_said(tmp_path: Path) -> None:
    """The output of a command that fails is in the error and in the log."""
    log = tmp_path / "log" / "x.log"
    try:
        progress.run([sys.executable, "-c", "print('why'); raise SystemExit(4)"], log, tmp_path)
    except progress.CommandFailed as error:
        told = (str(error), error.output)

    assert told[0].endswith("ended with code 4")
    assert told[1] == log.read_text() == "why\n"


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """A program that cannot be started is one sentence in the log."""
    log = tmp_path / "x.log"
    try:
        progress.run([str(tmp_path / "nothing")], log, tmp_path)
    except progress.CommandFailed as error:
        told = error.output

    assert told.strip().endswith("nothing: cannot be started (No such file or directory)")


def test_a_wordless_line_keeps_what_happened() -> None:
    """A citizen's words and local variables go, the event and the place of an exception stay."""
    frame = {"filename": "rest.py", "lineno": 171, "name": "receive", "locals": {"text": "mon numéro est le 06"}}
    line = {
        "event": "rest.message.received.failure",
        "level": "error",
        "text": "mon numéro est le 06",
        "exception": [{"exc_type": "KeyError", "exc_value": "'mon numéro'", "frames": [frame]}],
    }
    found = json.loads(wordless.without_words(json.dumps(line)))

    assert found == {
        "event": "rest.message.received.failure",
        "level": "error",
        "exception": [{"type": "KeyError", "frames": ["rest.py:171 receive"]}],
    }


def test_other_lines_stay() -> None:
    """What is not a JSON object is not touched."""
    lines = ["Rasa server is up and running.", "{not json", "[1, 2]", '{"event": "x"']
    found = [wordless.without_words(line) for line in lines]

    assert found == lines


def test_the_logs_of_a_process_become_wordless() -> None:
    """Once installed, every record of the process is."""
    source = (
        "import logging; from bot.supervisor import wordless; wordless.install()\n"
        "logging.basicConfig(format='%(message)s')\n"
        'logging.getLogger(\'rasa\').error(\'{"event": "failed", "text": "bonjour"}\')\n'
        "logging.getLogger('rasa').error('%s of %s', 1, 2)\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stderr.splitlines() == ['{"event": "failed"}', "1 of 2"]
    assert logging.getLogRecordFactory() is logging.LogRecord
