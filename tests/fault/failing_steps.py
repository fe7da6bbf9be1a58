"""A disk that fails from the n-th step of a command on: the command refuses in one clear sentence with exit code 7 and has changed
nothing, or says what it did; and works again when the disk does."""
import errno
import os
import re

import _campaign
import _trace
import city

city.need("openssl")
RUNS = int(os.environ.get("YUXIN_FAULT_RUNS") or 40)  # of each command


class Disk(_campaign.Campaign):
    """A home on a disk that fails."""

    def run(self, what, number, *words):
        """Runs a command whose steps fail from `number` on (0: none); gives whether it was refused."""
        error = self.rng.choice([errno.ENOSPC, errno.ENOSPC, errno.EIO])
        done = _trace.traced(self.words(*words), self.output, fail_from=number, error=error)
        self.last = f"{what} with {errno.errorcode[error]} from step {number} ({done.steps[number - 1] if number <= len(done.steps) else '-'})"
        self.acknowledged = done.code == 0
        said = self.output.read_text()
        if number == 0:
            assert done.code == 0, f"{self.last}: exit code {done.code}: {said}"
            self.steps[what] = done.steps
        assert done.code in (0, 7), f"{self.last}: exit code {done.code}: {said}"
        if done.code == 7:
            self.check_refusal(said)
        else:
            assert "nothing was changed" not in said.lower(), f"{self.last}: done, and it said: {said}"
        return done.code == 7

    def unsure(self):
        """True where a flush failed, and the program said that it cannot know what reached the disk."""
        return "may or may not have been kept" in self.output.read_text()

    def check_refusal(self, said):
        lines = [line for line in said.split("\n") if line and not line.startswith("  ") and "interrupted" not in line]
        assert len(lines) == 1, f"{self.last}: a refusal is one paragraph: {said}"
        assert (lines[0].endswith(".") or "yuxin " in lines[0]) and not re.search(r"sqlite|errno|\bE[A-Z]{3,}\b|rror [0-9]", lines[0]), f"{self.last}: {lines[0]}"

    def issue_failing(self, number):
        self.count += 1
        out = self.town.folder / f"issued-{self.count}.pem"
        refused = self.run("issue", number, "cert", "issue", "--profile", "tls-client", "--csr", self.request, "--out", out)
        before = set(self.promised)
        self.check()
        new = {serial for serial in set(self.promised) - before if self.promised[serial] == "good"}
        if out.exists():
            assert any(self.tables.bodies[serial] == _campaign.pem_to_der(out.read_text()) for serial in new), self.last
        told = "was issued" in self.output.read_text()
        assert len(new) == (not refused or told) or self.unsure(), f"{self.last}: {len(new)} new certificates, and it said: {self.output.read_text()}"

    def change_failing(self, number, verb, serial, after_state):
        before = self.promised.pop(serial)
        refused = self.run(verb, number, "cert", verb, serial, "--yes", *(["--reason", "superseded"] if verb == "revoke" else []))
        self.check()
        expected = before if refused else after_state
        assert self.tables.states[serial] == expected or self.unsure(), \
            f"{self.last}: {serial} is {self.tables.states[serial]}, and it said: {self.output.read_text()}"

    def highest_file(self):
        """A list that was written and could not be recorded has used up its number (RFC 5280 section 5.2.3)."""
        return max(int(path.stem.rsplit("-", 1)[1]) for path in (self.town.online / "published/crl").glob("issuing-*.crl"))

    def list_failing(self, number):
        before, used = max(self.lists), self.highest_file()
        assert used >= before
        refused = self.run("list", number, "ca", "crl", "issuing")
        self.check()
        assert max(self.lists) == (before if refused else used + 1) or self.unsure(), f"{self.last}: list {max(self.lists)}, and it said: {self.output.read_text()}"

    def numbers(self, what):
        """Some steps of a command, spread over all of it."""
        steps = range(1, len(self.steps[what]) + 1)
        return sorted(self.rng.sample(steps, min(RUNS, len(steps))))


rng = _campaign.seeded()
with city.City() as town:
    disk = Disk(town, rng)
    disk.run("list", 0, "ca", "crl", "issuing")
    disk.check()
    own = set(disk.promised)
    disk.issue_failing(0)
    serial = (set(disk.promised) - own).pop()
    for number in disk.numbers("issue"):
        disk.issue_failing(number)
    for number in disk.numbers("list"):
        disk.list_failing(number)
    disk.change_failing(0, "hold", serial, "on-hold")
    disk.change_failing(0, "release", serial, "good")
    for number in disk.numbers("hold"):
        verb, after = ("hold", "on-hold") if disk.promised[serial] == "good" else ("release", "good")
        disk.change_failing(number, verb, serial, after)
    disk.finish()
    print(disk.summary())
