"""SCEP over the whole program with strongSwan's pki: enrolled, renewed, refused, and made to wait for an officer."""
import re
import shutil
import subprocess
import time

import city


class Devices:
    """A city with a client for SCEP, served on plain HTTP, and strongSwan's client."""

    def __init__(self):
        if not shutil.which("pki") or "--scep" not in city.run("pki", "--help", expect=None).stdout:
            city.skip("strongSwan's pki with SCEP is not installed (strongswan-pki)")
        self.town = city.City()
        self.port = city.free_port()
        settings = self.town.online / "yuxin.toml"
        settings.write_text(settings.read_text().replace("plain_port = 0", f"plain_port = {self.port}"))
        assert f"plain_port = {self.port}" in settings.read_text()
        self.url = f"http://127.0.0.1:{self.port}/scep"
        self.secret = self.add("cameras", "device", "cameras.city.test")
        self.web = self.add("web", "tls-server", "city.test")
        approvals = self.town.online / "approvals.toml"
        approvals.write_text(approvals.read_text().replace("profiles  = []", 'profiles  = ["tls-server"]'))

    def add(self, name, profile, under):
        out = self.town.folder / f"{name}.secret"
        self.town.yuxin("client", "add", name, "--protocol", "scep", "--profile", profile, "--under", under, "--secret-out", out)
        return out.read_text().strip()

    def key(self, name):
        path = self.town.folder / f"{name}.der"
        city.run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER", "-out", path)
        return path

    def words(self, key, host, *options):
        folder = self.town.folder
        return [str(word) for word in ("pki", "--scep", "--url", self.url, "--in", key, "--dn", f"CN={host}", "--san", host, "--cacert-enc", folder / "ra.pem",
                                       "--cacert-sig", folder / "ra.pem", "--cacert", self.town.root, "--cacert", self.town.issuing, "--outform", "pem", *options)]

    def ask(self, key, host, *options, expect=0):
        done = city.run(*self.words(key, host, *options), expect=None)
        assert (done.returncode == 0) == (expect == 0), (done.returncode, done.stdout, done.stderr)
        return done.stdout if expect == 0 else done.stderr

    def enrol(self, name, host, *options):
        text = self.ask(self.key(name), host, *options)
        path = self.town.folder / f"{name}.pem"
        path.write_text(text)
        return path


def check_authorities(devices):
    town = devices.town
    text = city.run("curl", "-sS", f"{devices.url}?operation=GetCACaps").stdout
    assert set(text.split()) >= {"AES", "POSTPKIOperation", "Renewal", "SHA-256", "SCEPStandard"}, text
    city.run("pki", "--scepca", "--url", devices.url, "--caout", town.folder / "ca.pem", "--raout", town.folder / "ra.pem", "--outform", "pem")
    made = sorted(path.name for path in town.folder.glob("ra*.pem"))
    assert made, sorted(path.name for path in town.folder.iterdir())
    if made != ["ra.pem"]:
        shutil.copy(town.folder / made[0], town.folder / "ra.pem")
    city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, town.folder / "ra.pem")


def check_enrolled(devices):
    town = devices.town
    camera = devices.enrol("c1", "c1.cameras.city.test", "--password", devices.secret)
    city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, camera)
    key = city.run("openssl", "pkey", "-inform", "DER", "-in", town.folder / "c1.der", "-pubout").stdout
    assert key == city.run("openssl", "x509", "-in", camera, "-noout", "-pubkey").stdout
    assert ": good" in town.ocsp(camera)
    assert '"actor":"scep:cameras"' in town.yuxin("--json", "audit", "log", "--object", f"issuing/{town.serial(camera)}").stdout.replace(" ", "")


def check_renewed(devices):
    town = devices.town
    old = ("--cert", town.folder / "c1.pem", "--key", town.folder / "c1.der")
    renewed = devices.enrol("c1-new", "c1.cameras.city.test", *old)
    assert town.serial(renewed) != town.serial(town.folder / "c1.pem")
    city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, renewed)
    devices.ask(devices.key("c2"), "c2.cameras.city.test", *old, expect=1)
    town.revoke(town.folder / "c1.pem", "superseded")
    devices.ask(devices.key("c3"), "c1.cameras.city.test", *old, expect=1)


def check_refused(devices):
    town = devices.town
    before = len(town.json("cert", "list", "--profile", "device")["certificates"])
    devices.ask(devices.key("w1"), "w1.cameras.city.test", "--password", "wrong", expect=1)
    devices.ask(devices.key("w2"), "w2.cameras.city.test", expect=1)
    devices.ask(devices.key("w3"), "w3.city.test", "--password", devices.secret, expect=1)
    devices.ask(devices.key("w4"), "w4.cameras.city.test", "--password", devices.secret, "--digest", "sha1", expect=1)
    devices.ask(devices.key("w5"), "w5.cameras.city.test", "--password", devices.secret, "--cipher", "des3", expect=1)
    assert len(town.json("cert", "list", "--profile", "device")["certificates"]) == before
    status = city.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", "no message", f"{devices.url}?operation=PKIOperation").stdout
    assert status == "400", status


def officers(town):
    people = {name: town.issue(name, "officer") for name in ("super", "auditor", "bizadm", "li", "wang", "zhao")}
    town.yuxin("role", "grant", "CA.SUPER", "--to", people["super"], "--and", f"CA.AUDADM={people['auditor']}", "--yes")
    town.acting("super", "role", "grant", "RA.BIZADM", "--to", people["bizadm"], "--yes")
    for who, role in (("li", "RA.INPUT"), ("wang", "RA.REVIEW"), ("zhao", "RA.MAKE")):
        town.acting("bizadm", "role", "grant", role, "--to", people[who], "--yes")
    town.yuxin("client", "service", "--out", town.folder / "service.pem")
    town.acting("bizadm", "role", "grant", "RA.SERVICE", "--to", town.folder / "service.pem", "--yes")


def check_waiting(devices):
    """What demands an approval is pending; the client polls while officers approve."""
    town = devices.town
    officers(town)
    asking = subprocess.Popen(devices.words(devices.key("web"), "web.city.test", "--password", devices.web, "--interval", "1", "--maxpolltime", "60"),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 20
    cases = []
    while not cases and time.monotonic() < end:
        cases = town.json("case", "list")["cases"]
        time.sleep(0.2)
    number = cases[0]["case"]
    assert asking.poll() is None
    for who, action in (("li", "accept"), ("wang", "review"), ("zhao", "approve")):
        town.acting(who, "request", action, number, "--yes")
    out, err = asking.communicate(timeout=60)
    assert asking.returncode == 0, err
    (town.folder / "web.pem").write_text(out)
    city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, "-verify_hostname", "web.city.test", town.folder / "web.pem")
    assert re.search(r'"state": ?"DELIVERED"', town.yuxin("--json", "case", "show", number).stdout)


def main():
    devices = Devices()
    with devices.town.serve("--verbose"):
        check_authorities(devices)
        check_enrolled(devices)
        check_renewed(devices)
        check_refused(devices)
        check_waiting(devices)
    assert devices.town.json("audit", "verify")["problems"] == []
    print("SCEP holds")


main()
