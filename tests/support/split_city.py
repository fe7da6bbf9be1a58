"""A city whose registration authority is on another host: two homes in two folders, two servers, and what goes between them."""
import base64
import json
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

import city
import rest_client

FORM = ["--field", "name=Wei", "--field", "classification=公开", "--field", "id_type=护照", "--field", "id_no=X1"]
SERVICE = """
[[service]]
name        = "east"
role        = "RA.SERVICE"
acts        = ["certificate-request.enrol"]
profiles    = ["device"]
names_under = ["meters.city.test"]
per_day     = 4
"""


class Process:
    """`yuxin serve` on a home, with its log."""

    def __init__(self, home, passphrase, log, url, *options):
        self.log, self.url = log, url
        with open(log, "ab") as out:
            self.process = subprocess.Popen([city.YUXIN, "--home", str(home), "--passphrase-file", str(passphrase), "serve", *map(str, options)],
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def answers(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=3) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (urllib.error.URLError, OSError) as error:
            return 0, str(error)

    def wait(self, status=200, seconds=30):
        end = time.monotonic() + seconds
        said = None
        while time.monotonic() < end and self.process.poll() is None:
            said = self.answers("/readyz")
            if said[0] == status:
                return self
            time.sleep(0.05)
        raise AssertionError(f"/readyz is not {status}: {said}\n{self.log.read_text(errors='replace')}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)


class Split:
    """The authority's home `town`, with officers; the registration authority's `east`; both served."""

    def __init__(self):
        self.town = town = city.City()
        self.folder = town.folder
        self.ca_port, self.ra_port, self.public_port = city.free_port(), city.free_port(), city.free_port()
        self.settings(town.online, (r"port    = 0 ", f"port    = {self.ca_port} "))
        self.people = {name: town.issue(name, "person-signing") for name in ("super", "auditor", "bizadm", "li", "wang", "zhao", "chen")}
        town.yuxin("role", "grant", "CA.SUPER", "--to", self.people["super"], "--and", f"CA.AUDADM={self.people['auditor']}", "--yes")
        town.acting("super", "role", "grant", "RA.BIZADM", "--to", self.people["bizadm"], "--yes")
        for who, role in (("li", "RA.INPUT"), ("wang", "RA.REVIEW"), ("chen", "RA.REVIEW"), ("zhao", "RA.MAKE")):
            self.grant(who, role)
        approvals = town.online / "approvals.toml"
        approvals.write_text(approvals.read_text().replace("profiles  = []", 'profiles  = ["person-signing"]') + SERVICE)
        self.paper = self.folder / "id.pdf"
        self.paper.write_text("a copy")
        self.ca_url = f"https://localhost:{self.ca_port}"
        self.url = f"https://localhost:{self.ra_port}"
        self.east = self.make_registry("east")
        self.ca = self.ra = None

    @staticmethod
    def settings(home, *changes):
        path = home / "yuxin.toml"
        text = path.read_text()
        for pattern, value in changes:
            text, count = re.subn(pattern, value, text)
            assert count == 1, (pattern, text)
        path.write_text(text)

    def make_registry(self, name, *options):
        """A registration authority's home, let in by the authority."""
        home = self.folder / f"host-{name}"
        made = city.run(city.YUXIN, "--passphrase-file", self.town.passphrase, "init", home, "--preset", "registration", "--authority", self.ca_url, "--trust",
                        self.town.root, "--org", "Test City", "--name", f"{name}.city.test", "--name", "localhost", "--name", "127.0.0.1", "--yes").stdout
        assert "registry add NAME" in made and "registry join" in made, made
        answer = self.folder / f"{name}.json"
        added = self.town.yuxin("--yes", "registry", "add", name, home / "exchange/registry.csr", "--out", answer, *options).stdout
        assert f"role grant RA.SERVICE --to {answer}.service.pem" in added and "registry join" in added, added
        self.town.acting("bizadm", "role", "grant", "RA.SERVICE", "--to", f"{answer}.service.pem", "--yes")
        return home

    def on_east(self, *words, expect=0):
        return city.run(city.YUXIN, "--home", self.east, "--passphrase-file", self.town.passphrase, *words, expect=expect)

    def join(self):
        return self.on_east("registry", "join", self.folder / "east.json").stdout

    def serve_ca(self):
        self.ca = Process(self.town.online, self.town.passphrase, self.folder / "ca.log", self.town.url, "--public-port", self.town.public_port, "--only",
                          "ca,ocsp,crl,tsa").wait()
        return self.ca

    def serve_ra(self, status=200):
        self.ra = Process(self.east, self.town.passphrase, self.folder / "ra.log", f"http://127.0.0.1:{self.public_port}", "--public-port", self.public_port,
                          "--ra-port", self.ra_port, "--only", "ra").wait(status)
        return self.ra

    def close(self):
        for process in (self.ra, self.ca):
            if process and process.process.poll() is None:
                process.stop()

    def grant(self, who, role, *words):
        self.town.acting("bizadm", "role", "grant", role, "--to", self.people.get(who) or self.folder / f"{who}.pem", *words, "--yes")

    def terminal(self, who, *words, expect=0):
        return city.run(city.YUXIN, "--home", self.folder / "nowhere", "--server", self.url, "--trust", self.town.root, "--as",
                        f"{self.folder / who}.pem,{self.folder / who}.key", *words, expect=expect)

    def as_json(self, who, *words, expect=0):
        return json.loads(self.terminal(who, "--json", *words, "--yes", expect=expect).stdout)

    def submit(self, name):
        csr = self.town.request(name)
        return self.as_json("li", "request", "submit", "--profile", "person-signing", "--csr", csr, *FORM, "--attach", f"identity={self.paper}")["case"]

    def approved(self, name):
        """The whole way of an application: the case and the answer to its approval."""
        number = self.submit(name)
        self.as_json("li", "request", "accept", number)
        self.as_json("wang", "request", "review", number, "--opinion", "good")
        return number, self.as_json("zhao", "request", "approve", number)

    def client(self, who):
        return rest_client.Client(self.ra_port, self.town.root, self.folder / who if who else None)

    def serials(self, profile):
        """Serial numbers that the authority has issued of a profile."""
        return [one["serial"] for one in self.town.json("cert", "list", "--profile", profile)["certificates"]]

    def state(self, serial):
        return self.town.json("cert", "show", serial)["state"]

    def records(self, kind):
        lines = self.town.yuxin("--json", "audit", "log", "--kind", kind, "--limit", 0).stdout
        return json.loads(lines)["records"] if lines.lstrip().startswith("{\"records") else [json.loads(line) for line in lines.splitlines()]
