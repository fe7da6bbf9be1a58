"""People who hold a ceremony at a terminal, for tests: every question has somebody who answers it."""
import hashlib
import io
import json
import os
import re
import select
import signal
import tarfile
import time

from typist import Terminal

PASSPHRASE = "a passphrase of the ceremony"


def allow_network(plan):
    """The plan for a machine with a network, as the machines of tests have one."""
    assert 'network  = "forbidden"' in plan
    return plan.replace('network  = "forbidden"', 'network  = "allowed"  ')


class People(Terminal):
    """Answers whatever is asked by the first rule that fits; `special` rules come before the usual ones and are used once."""

    USUAL = (
        (r"Who takes the seat ([a-z0-9-]+)", lambda found: f"Person {found[1]}"),
        (r"where is your certificate with its key\?", ""),
        (r"press Enter to begin this step", ""),
        (r"(do you confirm|do you agree|do you sign)", "yes"),
        (r"(Passphrase|Once more)", PASSPHRASE),
        (r"(Numbers? of the bags?|Serial number)", "A-1, A-2"),
        (r"Next custodian", None),
    )

    def __init__(self, folder, *words, shares=()):
        super().__init__(folder, *words)
        self.special = []
        self.standing = []
        self.shares = list(shares)
        self.heard = ""
        self.answered = 0

    def once(self, pattern, text):
        """The next question that fits is answered so, before the usual rules."""
        self.special.append((pattern, text))
        return self

    def always(self, pattern, text):
        """A question that fits is answered so, before the usual rules, however often."""
        self.standing.append((pattern, text))
        return self

    def question(self, seconds=60):
        """Reads until a question stands there, or the program ends (None)."""
        end = time.monotonic() + seconds
        while True:
            assert time.monotonic() < end, f"nobody is asked; it said {self.said[-1500:]!r}"
            ready, _, _ = select.select([self.end], [], [], 0.02)
            if ready:
                try:
                    octets = os.read(self.end, 65536)
                except OSError:
                    octets = b""
                if not octets:
                    return None
                self.said += octets.decode(errors="replace")
                continue
            last = self.said.replace("\r", "").rsplit("\n", 1)[-1]
            if last.endswith(": "):
                return last

    def reply(self, text):
        self.heard += self.said
        self.said = ""
        self.answered += 1
        os.write(self.end, (text + "\n").encode())

    def play(self, until=None, most=2000):
        """Answers until a question fits `until` (which is left open), `most` questions were answered, or the program ends (then None)."""
        for _ in range(most):
            asked = self.question()
            if asked is None:
                return None
            if until and re.search(until, asked):
                return asked
            self.reply(self.text_for(asked))
        return asked

    def text_for(self, asked):
        for rule in self.special:
            found = re.search(rule[0], asked)
            if found:
                self.special.remove(rule)
                return rule[1]
        for pattern, text in (*self.standing, *self.USUAL):
            found = re.search(pattern, asked)
            if not found:
                continue
            if text is None:
                return self.shares.pop(0) if self.shares else "."
            return text(found) if callable(text) else text
        raise AssertionError(f"nobody knows an answer to {asked!r}; before it: {self.said[-1500:]!r}")

    def kill(self):
        """A power cut."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.end)

    def everything(self):
        return self.heard + self.said


def files_of(record):
    with tarfile.open(fileobj=io.BytesIO(record)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive.getmembers()}


def archive_of(files):
    """A tar archive in the one form that a record has (POSIX ustar); Python's own differs in fields that say nothing."""
    out = b""
    for name in sorted(files):
        octets = files[name]
        header = bytearray(512)
        for at, text in ((0, name.encode()), (100, b"0000644"), (108, b"0000000"), (116, b"0000000"), (124, b"%011o" % len(octets)), (136, b"0" * 11),
                         (148, b" " * 8), (156, b"0"), (257, b"ustar\x0000"), (329, b"0000000"), (337, b"0000000")):
            header[at:at + len(text)] = text
        header[148:156] = b"%06o\0 " % sum(header)
        out += bytes(header) + octets + b"\0" * (-len(octets) % 512)
    return out + b"\0" * 1024


def entries_of(transcript):
    return [json.loads(line) for line in transcript.decode().splitlines()]


def chained(plan, entries):
    """A transcript of these entries whose chain is right, as somebody would make it who wants to deceive."""
    previous = hashlib.sha256(plan).hexdigest()
    lines = []
    for number, entry in enumerate(entries, 1):
        entry = dict(entry, entry=number, previous=previous)
        line = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(line.encode()).hexdigest()
        lines.append(line + "\n")
    return "".join(lines).encode()
