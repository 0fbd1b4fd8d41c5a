"""The end of a test or a bench that is stopped (Ctrl-C, SIGTERM, a closed terminal): neither process nor folder of it stays.

SPDX-License-Identifier: Apache-2.0

A thread of its own does this, and the main one stays where it is: an exception that comes up through whatever is running would
be one failed test to unittest, which begins the next, and would come late while the main thread waits for an answer.
"""

import ctypes
import faulthandler
import os
import pathlib
import shutil
import signal
import socket
import threading

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_CHILD_SUBREAPER = 36

folders = []  # they are removed
stopping = False  # whoever would begin something new looks here


def children_of(pid):
    """Those that any of its threads began."""
    children = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += map(int, task.read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            pass  # the thread is over, and its children are another one's
    return children


def adopt():
    """From now on who loses its parent becomes our child."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _is_server(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/exe").readlink().name == "postgres"
    except OSError:
        return False


def _end(pid, sig):
    """A PostgreSQL ends at once, too, but takes its processes and its shared memory along; one may have been halted."""
    try:
        for number in (signal.SIGQUIT, signal.SIGCONT) if _is_server(pid) else (sig,):
            os.kill(pid, number)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass  # another thread has waited for it


def end_children(sig=signal.SIGKILL):
    """And theirs, which come to us when their parents have ended."""
    adopt()
    while pids := children_of(os.getpid()):
        for pid in pids:
            _end(pid, sig)


def _say(line):
    try:
        os.write(2, line.encode())
    except OSError:
        pass  # the terminal is closed


def on_stop(name, sig=signal.SIGKILL, where=False):
    """From now on a stop is told in a line and ends this process with all that it began: those by a signal.
    where: tell as well where each thread was."""
    owner = os.getpid()
    told, tell = socket.socketpair()
    tell.setblocking(False)

    def hold(number, _):
        """Whatever the main thread does when its children end, nobody wants to know it."""
        if os.getpid() != owner:  # a fork of it
            os._exit(128 + number)
        while True:
            signal.pause()

    def watch():
        global stopping
        number = None
        while number not in STOPS:  # whatever else a test listens to
            first = told.recv(1)
            if not first:
                return  # another one took its place
            number = first[0]
        stopping = True
        _say(f"{name}: stopped by {signal.Signals(number).name}\n")
        if where:
            faulthandler.dump_traceback(2)
        end_children(sig)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(128 + number)

    for number in STOPS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, hold)
    # A PostgreSQL that has just begun must not inherit from a shell's `&` that it ignores what ends it.
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    signal.set_wakeup_fd(tell.fileno(), warn_on_full_buffer=False)
    hold.kept = tell  # for as long as the handler is this one
    threading.Thread(target=watch, daemon=True).start()
