"""SIGINT and SIGTERM end a run as they end gradcam: without a stack trace, with exit code 130."""

import os
import signal
import sys
from collections.abc import Callable

INTERRUPTED = 130


def exit_on_signal() -> None:
    """The first signal ends the program, and a child that subprocess.run waits for."""
    _on_first_signal(lambda: sys.exit(INTERRUPTED))


def end_at_once_on_signal() -> None:
    """For where Ray is imported and connects: some of its code swallows an exception, as sys.exit
    raises one, and after other Ray crashes at the exit."""
    _on_first_signal(end_at_once)


def end_at_once() -> None:
    os._exit(INTERRUPTED)


def stop_on_signal(stop: Callable[[], None]) -> None:
    """The first signal calls `stop`, the second one ends the program."""
    _on_first_signal(stop)


def _on_first_signal(act: Callable[[], None]) -> None:
    def take(number: int, _frame) -> None:
        signal.signal(number, signal.SIG_DFL)
        act()

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as of a job in a script's background
            signal.signal(number, take)
