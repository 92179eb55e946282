"""Becomes another program that dies with its parent: `python leash.py PARENT_PID PROGRAM [ARGUMENT …]`.

Linux keeps the wish over `exec`, so it holds for any program and even when the parent is killed with -9. It ends with
the parent's thread that started it; the supervisor starts everything from its main thread. Only the standard library:
`scripts/bootstrap.py` uses it before anything is installed.

Source: prctl(2), PR_SET_PDEATHSIG.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def leashed(command: list[str]) -> list[str]:
    """The command that runs `command` on a leash held by this process."""
    return [sys.executable, "-I", "-S", os.path.abspath(__file__), str(os.getpid()), *command]


def main(argv: list[str]) -> None:
    """Tie this process to its parent and become the program."""
    parent, command = int(argv[1]), argv[2:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # The parent died before the wish was made.
        sys.exit(1)
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is meant
    except OSError as error:
        sys.exit(f"{command[0]}: cannot be started ({error.strerror})")


if __name__ == "__main__":
    main(sys.argv)
