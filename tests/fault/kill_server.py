"""kill -9 of the server while commands work beside it, and of the commands: whoever is left goes on, and the next server knows all that
was acknowledged, publishes what a killed command could not, and ends what was begun."""
import os
import subprocess
import time

import _campaign
import city
from city import run

city.need("openssl")
ROUNDS = int(os.environ.get("YUXIN_FAULT_ROUNDS") or 8)


class Command:
    """A command that runs beside others."""

    def __init__(self, town, *words):
        self.words = words
        self.process = subprocess.Popen([city.YUXIN, "--home", str(town.online), "--passphrase-file", str(town.passphrase), *map(str, words)],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.killed = False

    def kill(self):
        if self.process.poll() is None:
            self.killed = True
            self.process.kill()

    def end(self):
        """True when it was acknowledged; fails the test when it ended badly by itself."""
        text, _ = self.process.communicate(timeout=120)
        if self.process.returncode == 0:
            return True
        assert self.killed, f"{' '.join(map(str, self.words))}: exit code {self.process.returncode}: {text}"
        return False


class Service:
    def __init__(self, town, rng):
        self.town, self.rng = town, rng
        self.csr = town.request("applicant")
        self.good, self.revoked, self.unsure = [], [], []
        self.server_kills = self.command_kills = self.count = 0

    def serial_of(self, out):
        return self.town.serial(out).lstrip("0")

    def round(self):
        outs, commands = [], []
        server = self.town.serve().__enter__()
        for _ in range(2):
            self.count += 1
            outs.append(self.town.folder / f"issued-{self.count}.pem")
            commands.append(Command(self.town, "cert", "issue", "--profile", "tls-client", "--csr", self.csr, "--out", outs[-1]))
        victim = self.good.pop() if self.good else None
        if victim:
            commands.append(Command(self.town, "cert", "revoke", victim, "--reason", "superseded", "--yes"))
        time.sleep(self.rng.uniform(0, 1.5))
        deaths = [server, self.rng.choice(commands)]
        self.rng.shuffle(deaths)
        for doomed in deaths:
            doomed.kill()
            time.sleep(self.rng.uniform(0, 0.05))
        self.server_kills += 1
        server.log.close()
        self.collect(outs, commands, victim)

    def collect(self, outs, commands, victim):
        for out, command in zip(outs, commands):
            acknowledged = command.end()
            self.command_kills += command.killed
            assert out.exists() or not acknowledged, "acknowledged, and there is no certificate"
            if out.exists():
                self.good.append(self.serial_of(out))
        if victim:
            (self.revoked if commands[2].end() else self.unsure).append(victim)
            self.command_kills += commands[2].killed

    def ask(self, serials):
        words = [word for serial in serials for word in ("-serial", f"0x{serial}")]
        done = run("openssl", "ocsp", "-CAfile", self.town.root, "-issuer", self.town.issuing, *words, "-url", f"{self.town.url}/ocsp")
        assert "Response verify OK" in done.stdout + done.stderr, done.stderr
        return {line.split(":")[0].removeprefix("0x"): line.split(":")[1].strip() for line in done.stdout.split("\n") if line.startswith("0x")}

    def verify(self):
        """A new server, asked about everything."""
        with self.town.serve():
            report = self.town.json("audit", "verify")
            assert report["good"] and not report["remarks"], report  # no intent is left open after a start
            for serial in self.unsure:
                (self.revoked if self.ask([serial])[serial] == "revoked" else self.good).append(serial)
            self.unsure.clear()
            for state, serials in (("good", self.good), ("revoked", self.revoked)):
                said = self.ask(serials) if serials else {}
                assert said == dict.fromkeys(serials, state), f"acknowledged as {state}, and OCSP says {said}"
            self.check_list()

    def check_list(self):
        """The server's list says what the database says, however the commands died."""
        tables = _campaign.Tables(self.town.online, self.town.folder / "copy")
        expected = {serial for serial, state in tables.states.items() if state != "good"}
        end = time.monotonic() + 20  # a server that has started publishes what is lacking before it answers
        while True:
            status, _, content = self.town.get("/crl/issuing.crl")
            text = run("openssl", "crl", "-inform", "DER", "-noout", "-text", "-CAfile", self.town.issuing, text=False, input=content,
                       stdin=None).stdout.decode() if status == 200 else ""
            listed = {line.split(":")[1].strip().lstrip("0") for line in text.split("\n") if "Serial Number:" in line}
            if listed == expected:
                return
            assert time.monotonic() < end, f"the list and the database differ by {listed ^ expected}"
            time.sleep(0.5)


rng = _campaign.seeded()
with city.City() as town:
    service = Service(town, rng)
    for number in range(ROUNDS):
        service.round()
        if number % 2:
            service.verify()
    service.verify()
    print(f"{service.server_kills} kills of the server, {service.command_kills} of commands; "
          f"{len(service.good)} certificates good, {len(service.revoked)} revoked")
