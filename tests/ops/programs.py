"""Small real programs for a supervisor to run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from bot.supervisor import ports
from bot.supervisor.health import Policy
from bot.supervisor.processes import Program

ROOT = Path(__file__).resolve().parents[2]

IMPATIENT = Policy(
    ready_within=timedelta(seconds=5),
    look_every=timedelta(milliseconds=20),
    ping_every=timedelta(milliseconds=50),
    ping_within=timedelta(milliseconds=400),
    misses=3,
    first_pause=timedelta(milliseconds=50),
    longest_pause=timedelta(milliseconds=400),
    well_after=timedelta(seconds=30),
)

SERVER = """
import http.server, json, os, signal, sys, time
ready = json.loads(os.environ.get("READY", "{}"))
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"ready": not ready, "checks": {k: {"ok": False, "detail": v} for k, v in ready.items()}})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())
    def log_message(self, *_):
        pass
def stop(*_):
    if os.environ.get("DEAF"):
        return
    with open(os.environ["DIARY"], "a") as diary:
        diary.write(os.environ["NAME"] + " stopped\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer(("127.0.0.1", int(os.environ["SERVE_ON"])), Answers).serve_forever()
"""
BROKEN = "import sys; print('no such table: towns'); sys.exit(3)"
REFUSING = """
import os, sys
with open(os.environ["DIARY"], "a+") as diary:
    diary.write("x")
    diary.flush()
    diary.seek(0)
    starts = len(diary.read())
print("INFO loading")
print("guichet: the port is in use" if starts < 3 else "guichet: the disk is full")
print("bye")
sys.exit(1)
"""
"""Refuses twice with one sentence, then with another."""
MUTE = "import time; time.sleep(600)"


def program(
    name: str,
    folder: Path,
    source: str = SERVER,
    environ: Mapping[str, str] | None = None,
    taken: set[int] | None = None,
) -> Program:
    """A program that runs Python source on a free port."""
    port = ports.choose(taken if taken is not None else set())
    return Program(
        name=name,
        command=(sys.executable, "-I", "-S", "-c", source),
        ping_url=f"http://127.0.0.1:{port}/live",
        port=port,
        folder=folder,
        environ={"SERVE_ON": str(port), "NAME": name, "DIARY": str(folder / "diary"), **(environ or {})},
        stop_within=timedelta(milliseconds=500),
    )


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


Reports = list[str]
Happened = Callable[[], object]
