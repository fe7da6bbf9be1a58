"""A command that is killed between its change of status and the list that tells it: the next command publishes that list, and a running
server does within seconds; for a release as for a revocation."""
import os
import subprocess
import time

import _campaign
import _trace
import city
from city import run

city.need("openssl")
SECONDS = 5  # the server looks every two seconds and publishes at the second look; the rest is for a busy machine
VERBS = (("hold", "on-hold"), ("release", "good"), ("revoke", "revoked"))


class Scene:
    def __init__(self, town, rng):
        self.town, self.rng = town, rng
        self.output = town.folder / "output.txt"
        self.count = 0

    def words(self, *words):
        return [city.YUXIN, "--home", self.town.online, "--passphrase-file", self.town.passphrase, *words]

    def issue(self):
        self.count += 1
        self.csr = self.town.request(f"applicant-{self.count}")  # a leaked key is certified no more
        out = self.town.folder / f"issued-{self.count}.pem"
        self.town.yuxin("cert", "issue", "--profile", "tls-client", "--csr", self.csr, "--out", out)
        return self.town.serial(out).lstrip("0"), out

    def change(self, verb, serial, **options):
        reason = ("--reason", "keyCompromise") if verb == "revoke" else ()
        return _trace.traced(self.words("cert", verb, serial, "--yes", *reason), self.output, **options)

    def kill_before_list(self, verb, serial):
        """Kills the command when its change is on the disk: just after the flush, or when it begins the list."""
        undisturbed = self.steps[verb]
        renamed = max(i for i, step in enumerate(undisturbed) if step.startswith("rename"))
        begun = max(i for i in range(renamed) if undisturbed[i] == "openat")
        flushed = max(i for i in range(begun) if undisturbed[i] in ("fdatasync", "fsync"))
        step, after = self.rng.choice([(begun + 1, False), (flushed + 1, True)])
        # a page of the database that is split at just this change makes some steps more: then the kill came too early, and nothing was changed
        for _ in range(5):
            done = self.change(verb, serial, kill_at=step, after=after)
            assert done.code is None, f"{verb} ended before it could be killed: {self.output.read_text()}"
            if self.published()[0][serial] == dict(VERBS)[verb]:
                return
        raise AssertionError(f"{verb} was killed too early, again and again")

    def learn(self):
        """The steps of commands that nobody disturbs."""
        serial, _ = self.issue()
        self.steps = {}
        for verb, _ in VERBS:
            done = self.change(verb, serial)
            assert done.code == 0, self.output.read_text()
            self.steps[verb] = done.steps

    def listed(self, content):
        text = subprocess.run(["openssl", "crl", "-inform", "DER", "-noout", "-text", "-CAfile", self.town.issuing], input=content,
                              capture_output=True, check=True).stdout.decode()
        return {line.split(":")[1].strip().lstrip("0") for line in text.split("\n") if "Serial Number:" in line}

    def published(self):
        tables = _campaign.Tables(self.town.online, self.town.folder / "copy")
        return tables.states, self.listed((self.town.online / tables.list[1]).read_bytes())

    def check_killed(self, verb, serial, state):
        """The scene is set: the database says one thing and the list another."""
        states, listed = self.published()
        assert states[serial] == state, f"{verb} was killed too early: {serial} is {states[serial]}"
        assert (serial in listed) == (state == "good"), f"{verb} was killed too late: the list tells it"


def next_command(scene):
    serial, _ = scene.issue()
    for verb, state in VERBS:
        scene.kill_before_list(verb, serial)
        scene.check_killed(verb, serial, state)
        scene.issue()
        _, listed = scene.published()
        assert (serial in listed) == (state != "good"), f"{verb} was killed, and the next command published no list that tells it"


def running_server(scene, town):
    serial, out = scene.issue()
    with town.serve():
        for verb, state in VERBS:
            scene.kill_before_list(verb, serial)
            end = time.monotonic() + SECONDS
            while (serial in scene.listed(town.get("/crl/issuing.crl")[2])) != (state != "good"):
                assert time.monotonic() < end, f"{verb} was killed, and the server published no list that tells it"
                time.sleep(0.1)
            said = "good" if state == "good" else "revoked"
            assert f": {said}" in town.ocsp(out, "-no_nonce") and f": {said}" in town.ocsp(out)


def starting_server(scene, town):
    serial, _ = scene.issue()
    scene.kill_before_list("revoke", serial)
    with town.serve():
        assert serial in scene.listed(town.get("/crl/issuing.crl")[2]), "a server started with a list that lacks a revocation"


rng = _campaign.seeded()
with city.City() as town:
    scene = Scene(town, rng)
    scene.learn()
    for _ in range(int(os.environ.get("YUXIN_FAULT_ROUNDS") or 2)):
        next_command(scene)
        running_server(scene, town)
        starting_server(scene, town)
    run(city.YUXIN, "--home", town.online, "audit", "verify")
