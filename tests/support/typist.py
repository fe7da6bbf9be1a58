"""A person at a terminal, for tests: waits for a question, types an answer, sees whether it is shown."""
import os
import pty
import re
import select
import termios
import time

import city


class Terminal:
    """A program that believes to talk to a person."""

    def __init__(self, folder, *words):
        self.said = ""
        self.process, self.end = pty.fork()
        if self.process == 0:
            try:
                program = os.path.abspath(city.YUXIN)
                os.chdir(folder)
                os.execv(program, [program, *map(str, words)])
            finally:
                os._exit(127)

    def wait_for(self, pattern, seconds=60):
        """Reads until what was said since the last answer matches."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.said):
            assert time.monotonic() < end, f"waited for {pattern!r} and read {self.said!r}"
            ready, _, _ = select.select([self.end], [], [], 0.2)
            if not ready:
                continue
            try:
                octets = os.read(self.end, 4096)
            except OSError:
                octets = b""
            assert octets, f"waited for {pattern!r}; the program ended after {self.said!r}"
            self.said += octets.decode(errors="replace")

    def answer(self, pattern, text):
        self.wait_for(pattern)
        self.said = ""
        os.write(self.end, text.encode())

    def shows_what_is_typed(self):
        return bool(termios.tcgetattr(self.end)[3] & termios.ECHO)

    def finish(self, seconds=60):
        """Reads to the end; gives the exit code, or the negative number of the signal, and what was said last."""
        end = time.monotonic() + seconds
        while True:
            assert time.monotonic() < end, f"the program does not end; it said {self.said[-500:]!r}"
            ready, _, _ = select.select([self.end], [], [], 0.2)
            if not ready:
                continue
            try:
                octets = os.read(self.end, 4096)
            except OSError:
                octets = b""
            if not octets:
                break
            self.said += octets.decode(errors="replace")
        _, status = os.waitpid(self.process, 0)
        os.close(self.end)
        return os.waitstatus_to_exitcode(status), self.said
