"""A campaign of kill -9 against the commands of one home, and what must hold after every kill.

The program is killed at a random step (see _trace.py) of a command that changes something. After each kill the home is looked at
with other eyes: a copy of its database read by Python's sqlite3, its revocation list read by openssl, and `audit verify`.
YUXIN_SEED replays a run.
"""
import base64
import hashlib
import json
import os
import random
import shutil
import sqlite3

import _trace
import city
from city import run

STATES = {0: "good", 1: "revoked", 2: "on-hold", 3: "void"}


def seeded():
    seed = int(os.environ.get("YUXIN_SEED") or int.from_bytes(os.urandom(4), "big"))
    print(f"seed: YUXIN_SEED={seed}", flush=True)
    return random.Random(seed)


def pem_to_der(text):
    lines = text.strip().split("\n")
    assert lines[0] == "-----BEGIN CERTIFICATE-----" and lines[-1] == "-----END CERTIFICATE-----", f"an incomplete certificate file:\n{text}"
    return base64.b64decode("".join(lines[1:-1]), validate=True)


class Tables:
    """What a copy of the home's database holds, read without the program."""

    def __init__(self, home, folder):
        folder.mkdir(exist_ok=True)
        copy = folder / "yuxin.db"
        for suffix in ("", "-wal"):
            source = home / f"yuxin.db{suffix}"
            target = folder / f"yuxin.db{suffix}"
            target.unlink(missing_ok=True)
            if source.exists():
                shutil.copyfile(source, target)
        (folder / "yuxin.db-shm").unlink(missing_ok=True)
        database = sqlite3.connect(copy)
        try:
            rows = database.execute("SELECT upper(hex(serial)), state, der FROM certificates LEFT JOIN certificate_bodies USING (id) "
                                    "WHERE authority = (SELECT id FROM authorities WHERE name = 'issuing')").fetchall()
            self.list = database.execute("SELECT number, file, sha256 FROM crls WHERE authority = (SELECT id FROM authorities "
                                         "WHERE name = 'issuing') ORDER BY number DESC LIMIT 1").fetchone()
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        finally:
            database.close()
        self.states = {serial.lstrip("0"): STATES[state] for serial, state, _ in rows}
        self.bodies = {serial.lstrip("0"): body for serial, _, body in rows}
        assert len(self.states) == len(rows), "a serial number stands twice"


class Campaign:
    def __init__(self, town, rng):
        self.town, self.rng = town, rng
        self.request = town.request("applicant")
        self.output = town.folder / "output.txt"
        self.promised = {}   # serial: state that was acknowledged, or has been seen on disk; it must not go back
        self.lists = {}      # number of a revocation list: its digest
        self.kills = self.count = 0
        self.steps = {}      # command: steps of an undisturbed run
        self.reached = {}    # command: how many of its kills left the old state, the new one, or an open intent
        self.seen_open = 0

    # -- the commands ------------------------------------------------------------------------------------------------

    def words(self, *words):
        return [city.YUXIN, "--home", self.town.online, "--passphrase-file", self.town.passphrase, *words]

    def issue(self, kill_at=0, after=False):
        self.count += 1
        out = self.town.folder / f"issued-{self.count}.pem"
        done = self.trace("issue", kill_at, after, "cert", "issue", "--profile", "tls-client", "--csr", self.request, "--out", out)
        if done.code == 0:
            assert out.exists(), "acknowledged, and there is no certificate"
        if out.exists():  # complete, so somebody may be using it
            der = pem_to_der(out.read_text())
            self.check()
            serial = next((known for known, body in self.tables.bodies.items() if body == der), None)
            assert serial, f"{out.name} was given out and is not in the database"
            assert self.tables.states[serial] == "good", f"{serial} was given out and is {self.tables.states[serial]}"
        else:
            self.check()
        return done

    def change(self, verb, serial, after_state, kill_at=0, after=False):
        """Revokes, holds or releases; a killed command may have done it or not, but nothing else."""
        before = self.promised.pop(serial)
        options = ["--reason", self.rng.choice(["keyCompromise", "superseded", "unspecified"])] if verb == "revoke" else []
        if "keyCompromise" in options:  # acknowledged or not, the key may be refused from now on
            self.request = self.town.request(f"applicant-{self.count}")
        done = self.trace(verb, kill_at, after, "cert", verb, serial, "--yes", *options)
        self.check()
        found = self.tables.states[serial]
        assert found == after_state or done.code is None and found == before, f"{verb} {serial}: {before} became {found}"
        if done.code == 0:
            listed = serial in self.listed()
            assert listed == (after_state != "good"), f"{verb} {serial} was acknowledged, and the list says the opposite"
        return done

    def trace(self, what, kill_at, after, *words):
        done = _trace.traced(self.words(*words), self.output, kill_at, after)
        self.last = f"{what}: {'ended' if done.code is not None else 'killed'} {'after' if after else 'at'} step {len(done.steps)}"
        if done.code is None:
            self.kills += 1
        else:
            assert done.code == 0, f"{self.last}, exit code {done.code}: {self.output.read_text()}"
            self.steps[what] = done.steps
        self.acknowledged = done.code == 0
        return done

    def moment(self, what):
        """A random step of a command; every second time one where it commits or delivers."""
        steps = self.steps[what]
        first, last = 1, len(steps)
        if self.rng.random() < 0.5:
            spoken = [i for i, step in enumerate(steps) if step == "write" and i + 1 < len(steps) and steps[i + 1] == "pwrite64"]
            first = spoken[0] + 1 if spoken else 1
            last = max(i for i, step in enumerate(steps) if step.startswith("rename")) + 1
        return self.rng.randint(first, max(first, last)), self.rng.random() < 0.5

    # -- what must hold ----------------------------------------------------------------------------------------------

    def check(self):
        done = run(city.YUXIN, "--home", self.town.online, "--json", "audit", "verify", expect=None)
        assert done.returncode == 0, f"the ledger after {self.last}: {done.stdout}{done.stderr}"
        report = json.loads(done.stdout)
        assert report["good"] and not report["problems"], report
        still_open = len(report["remarks"])
        if self.acknowledged:
            assert still_open == 0, f"intents are still open after a command that ended well: {report['remarks']}"
        self.seen_open += still_open > 0
        self.tables = Tables(self.town.online, self.town.folder / "copy")
        for serial, state in self.promised.items():
            assert self.tables.states.get(serial) == state, \
                f"after {self.last}: {serial} was {state} and is {self.tables.states.get(serial, 'forgotten')}"
        for serial, state in self.tables.states.items():
            assert (self.tables.bodies[serial] is None) == (state == "void"), f"{serial} is {state}"
            self.promised.setdefault(serial, state)
        self.check_list()

    def check_list(self):
        number, file, digest = self.tables.list
        path = self.town.online / file
        if self.lists.get(number) == digest:
            return
        assert number not in self.lists and number > max(self.lists, default=0), f"list {number} was published twice, or went back"
        content = path.read_bytes()
        assert hashlib.sha256(content).digest() == digest, f"list {number} on disk is another than the published one"
        done = run("openssl", "crl", "-inform", "DER", "-in", path, "-CAfile", self.town.issuing, "-noout")
        assert "verify OK" in done.stderr + done.stdout, done.stderr
        self.lists[number] = digest

    def listed(self):
        text = run("openssl", "crl", "-inform", "DER", "-in", self.town.online / self.tables.list[1], "-noout", "-text").stdout
        return {line.split(":")[1].strip().lstrip("0") for line in text.split("\n") if "Serial Number:" in line}

    def finish(self):
        """The next start: intents are ended, the next list says what the database says, and so does OCSP."""
        self.last = "the end"
        self.town.yuxin("ca", "crl", "issuing")
        self.acknowledged = True
        self.check()
        expected = {serial for serial, state in self.tables.states.items() if state != "good"}
        assert self.listed() == expected, f"the list and the database differ by {self.listed() ^ expected}"
        known = {entry["serial"].lstrip("0"): entry["state"]
                 for entry in self.town.json("cert", "list", "--limit", "0")["certificates"] if entry["authority"] == "issuing"}
        assert known == self.tables.states
        self.ask()

    def ask(self):
        """Asks OCSP for some of each state."""
        with self.town.serve():
            for state in ("good", "revoked", "on-hold", "void"):
                serials = [serial for serial, known in self.tables.states.items() if known == state]
                for serial in self.rng.sample(serials, min(5, len(serials))):
                    done = run("openssl", "ocsp", "-CAfile", self.town.root, "-issuer", self.town.issuing, "-serial", f"0x{serial}", "-url",
                               f"{self.town.url}/ocsp")
                    assert "Response verify OK" in done.stdout + done.stderr, done.stderr
                    said = "good" if state == "good" else "revoked"
                    assert f"0x{serial}: {said}" in done.stdout, f"OCSP says of {serial}, which is {state}: {done.stdout}"

    def summary(self):
        counted = {state: list(self.tables.states.values()).count(state) for state in STATES.values()}
        return f"{self.kills} kills, {self.seen_open} of them between intent and result; certificates: {counted}; lists: {len(self.lists)}"
