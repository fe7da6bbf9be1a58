"""CMP over the whole program with openssl's client: enrolled, renewed, revoked, refused, and made to wait for officers, over plain HTTP and TLS."""
import re
import subprocess
import time
import urllib.error
import urllib.request

import city
import cmp_messages


class Devices:
    """A city with clients of CMP, and openssl's client for them."""

    def __init__(self):
        known = city.run("openssl", "cmp", "-help", expect=None)
        if known.returncode != 0:
            city.skip("this openssl has no cmp")
        self.options = set(re.findall(r"^ (-\w+)", known.stdout + known.stderr, re.M))
        self.town = city.City()
        self.folder = self.town.folder
        self.port = city.free_port()
        settings = self.town.online / "yuxin.toml"
        settings.write_text(settings.read_text().replace("plain_port = 0", f"plain_port = {self.port}"))
        assert f"plain_port = {self.port}" in settings.read_text()
        self.add("meters", "device", "meters.city.test")
        self.add("cameras", "device", "cameras.city.test", "--renew-by-secret")
        self.add("web", "tls-server", "city.test")
        self.add("gone", "device", "gone.city.test")
        self.add("all", "device", "city.test")
        approvals = self.town.online / "approvals.toml"
        approvals.write_text(approvals.read_text().replace("profiles  = []", 'profiles  = ["tls-server"]'))

    def add(self, name, profile, under, *options):
        self.town.yuxin("client", "add", name, "--protocol", "cmp", "--profile", profile, "--under", under, "--secret-out", self.folder / f"{name}.secret", *options)

    def key(self, name, kind=("EC", "-pkeyopt", "ec_paramgen_curve:P-256")):
        path = self.folder / f"{name}.key"
        if not path.exists():
            city.run("openssl", "genpkey", "-algorithm", *kind, "-out", path)
        return path

    def words(self, command, *options, path=".well-known/cmp", tls=False):
        where = ("-server", f"localhost:{self.town.ra_port}", "-tls_used", "-tls_trusted", self.town.root) if tls else ("-server", f"127.0.0.1:{self.port}")
        return [str(word) for word in ("openssl", "cmp", "-config", "", "-cmd", command, *where, "-path", path, "-trusted", self.town.root, "-untrusted",
                                       self.town.issuing, "-recipient", "/CN=registration", *options)]

    def by_secret(self, client, secret=None):
        return ("-ref", client, "-secret", f"pass:{secret or (self.folder / f'{client}.secret').read_text().strip()}")

    def by_certificate(self, name):
        return ("-cert", self.folder / f"{name}.pem", "-key", self.folder / f"{name}.key")

    def wanted(self, name, host, kind=("EC", "-pkeyopt", "ec_paramgen_curve:P-256")):
        return ("-newkey", self.key(name, kind), "-subject", f"/CN={host}", "-sans", host, "-certout", self.folder / f"{name}.pem")

    def ask(self, command, *options, **where):
        """Runs the client, which must succeed."""
        done = city.run(*self.words(command, *options, **where), expect=None)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def refused(self, info, command, *options, **where):
        """Runs the client, which must be refused with a bit of PKIFailureInfo; nothing is issued or revoked by that."""
        before = self.counts()
        done = city.run(*self.words(command, *options, "-unprotected_errors", **where), expect=None)
        said = done.stdout + done.stderr
        assert done.returncode != 0 and f"PKIFailureInfo: {info}" in said, said
        assert self.counts() == before
        return said

    def counts(self):
        rows = self.town.json("cert", "list", "--profile", "device")["certificates"]
        return len(rows), sum(row["state"] == "revoked" for row in rows)

    def enrol(self, name, host, client="meters", *options, **where):
        self.ask("ir", *self.by_secret(client), *self.wanted(name, host), *options, **where)
        return self.verified(name)

    def verified(self, name, *options):
        certificate = self.folder / f"{name}.pem"
        city.run("openssl", "verify", "-CAfile", self.town.root, "-untrusted", self.town.issuing, *options, certificate)
        key = city.run("openssl", "pkey", "-in", self.folder / f"{name}.key", "-pubout").stdout
        assert key == city.run("openssl", "x509", "-in", certificate, "-noout", "-pubkey").stdout
        return certificate


def check_enrolled(devices):
    town = devices.town
    one = devices.enrol("m1", "m1.meters.city.test")
    assert ": good" in town.ocsp(one)
    assert '"actor":"cmp:meters"' in town.yuxin("--json", "audit", "log", "--object", f"issuing/{town.serial(one)}").stdout.replace(" ", "")
    devices.enrol("m2", "m2.meters.city.test", "meters", "-implicit_confirm", tls=True)
    devices.enrol("m3", "m3.meters.city.test", "meters", "-mac", "hmacWithSHA256", "-digest", "sha512", "-cacertsout", devices.folder / "roots.pem", path=".well-known/cmp/p/device")
    city.run("openssl", "verify", "-CAfile", town.root, devices.folder / "roots.pem")
    devices.ask("cr", *devices.by_secret("meters"), *devices.wanted("m4", "m4.meters.city.test"), "-days", "5", path=".well-known/cmp/p/device/certification")
    devices.verified("m4")
    csr = town.request("m5", "/CN=m5.meters.city.test", options=("-addext", "subjectAltName=DNS:m5.meters.city.test"))
    devices.ask("p10cr", *devices.by_secret("meters"), "-csr", csr, "-certout", devices.folder / "m5.pem", path=".well-known/cmp/pkcs10")
    devices.verified("m5")
    # the same wish is the same request: the certificate is given again
    devices.ask("ir", *devices.by_secret("meters"), "-newkey", devices.key("m1"), "-subject", "/CN=m1.meters.city.test", "-sans", "m1.meters.city.test",
                "-certout", devices.folder / "again.pem")
    assert town.serial(devices.folder / "again.pem") == town.serial(one)


def check_sm2(devices):
    sm2 = ("EC", "-pkeyopt", "ec_paramgen_curve:SM2")
    devices.ask("ir", *devices.by_secret("meters"), *devices.wanted("s1", "s1.meters.city.test", sm2), "-digest", "sm3", "-mac", "hmacWithSHA256")
    key = city.run("openssl", "x509", "-in", devices.folder / "s1.pem", "-noout", "-text").stdout
    assert "SM2" in key, key
    devices.verified("s1")


def check_renewed(devices):
    town = devices.town
    new = ("-newkey", devices.key("m1-new"), "-certout", devices.folder / "m1-new.pem")
    devices.ask("kur", *devices.by_certificate("m1"), *new)
    devices.verified("m1-new")
    assert town.serial(devices.folder / "m1-new.pem") != town.serial(devices.folder / "m1.pem")
    devices.ask("kur", *devices.by_certificate("m2"), "-newkey", devices.key("m2-new"), "-certout", devices.folder / "m2-new.pem", "-implicit_confirm", tls=True)
    devices.verified("m2-new")
    # by secret only where clients.toml says so
    renewal = ("-newkey", devices.key("m3-new"), "-certout", devices.folder / "m3-new.pem", "-oldcert", devices.folder / "m3.pem")
    devices.refused("notAuthorized", "kur", *devices.by_secret("meters"), *renewal)
    devices.enrol("c1", "c1.cameras.city.test", "cameras")
    devices.ask("kur", *devices.by_secret("cameras"), "-newkey", devices.key("c1-new"), "-certout", devices.folder / "c1-new.pem", "-oldcert", devices.folder / "c1.pem")
    devices.verified("c1-new")
    # other names than those of the certificate, and another certificate than the one that signs
    devices.refused("badCertTemplate", "kur", *devices.by_certificate("m3"), *renewal[:4], "-subject", "/CN=m9.meters.city.test", "-sans", "m9.meters.city.test", "-san_nodefault")
    devices.refused("badCertId", "kur", *devices.by_certificate("m3"), *renewal[:4], "-oldcert", devices.folder / "m4.pem")


def check_refused(devices):
    wanted = devices.wanted("x1", "x1.meters.city.test")
    devices.refused("badMessageCheck", "ir", *devices.by_secret("meters", "wrong"), *wanted)
    devices.refused("badMessageCheck", "ir", *devices.by_secret("nobody", "wrong"), *wanted)
    devices.refused("badMessageCheck", "ir", *wanted, "-unprotected_requests")
    devices.refused("badCertTemplate", "ir", *devices.by_secret("meters"), *devices.wanted("x1", "x1.cameras.city.test"))
    devices.refused("badCertTemplate", "ir", *devices.by_secret("meters"), "-newkey", devices.key("x1"), "-subject", "/CN=x1.meters.city.test/O=Bank", "-sans", "x1.meters.city.test",
                    "-certout", devices.folder / "x1.pem")
    devices.refused("notAuthorized", "ir", *devices.by_secret("meters"), *wanted, path=".well-known/cmp/p/tls-server")
    devices.refused("badPOP", "ir", *devices.by_secret("meters"), *wanted, "-popo", "0")
    # for openssl from 3.5 on, no proof means that the key is to be made here
    made_here = ("-newkeyout", devices.folder / "made.key") if "-newkeyout" in devices.options else ()
    devices.refused("badPOP", "ir", *devices.by_secret("meters"), *wanted, "-popo", "-1", *made_here)
    devices.refused("badRequest", "ir", *devices.by_secret("meters"), *wanted, path=".well-known/cmp/keyupdate")
    devices.refused("badAlg", "ir", *devices.by_secret("meters"), *wanted, "-digest", "sha1")
    # a certificate that somebody made for himself
    city.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", devices.folder / "own.key", "-out", devices.folder / "own.pem", "-subj",
             "/CN=x1.meters.city.test")
    devices.refused("signerNotTrusted", "ir", *devices.by_certificate("own"), *wanted)
    # a client that was removed
    devices.enrol("g1", "g1.gone.city.test", "gone")
    secret = (devices.folder / "gone.secret").read_text().strip()
    devices.town.yuxin("client", "remove", "gone", "--yes")
    devices.refused("badMessageCheck", "ir", *devices.by_secret("gone", secret), *devices.wanted("g2", "g2.gone.city.test"))
    devices.refused("notAuthorized", "kur", *devices.by_certificate("g1"), "-newkey", devices.key("g2"), "-certout", devices.folder / "g2.pem")
    assert not list((devices.town.online / "keys").glob("client-gone*"))


def check_overheard(devices):
    """Who brings the request of another has no certificate for their key, and so cannot call it leaked."""
    for name in ("m1", "m5"):
        city.run("openssl", "verify", "-CAfile", devices.town.root, "-untrusted", devices.town.issuing, devices.folder / f"{name}.pem")
    said = devices.refused("badCertTemplate", "p10cr", *devices.by_secret("all"), "-csr", devices.folder / "m5.csr", "-certout", devices.folder / "stolen.pem")
    assert "Make a new key" in said, said
    # nor of somebody's whom officers gave it
    town = devices.town
    csr = town.request("p1", "/CN=p1.city.test", options=("-addext", "subjectAltName=DNS:p1.city.test"))
    town.yuxin("cert", "issue", "--profile", "device", "--csr", csr, "--out", devices.folder / "p1.pem")
    devices.refused("badCertTemplate", "p10cr", *devices.by_secret("all"), "-csr", csr, "-certout", devices.folder / "stolen.pem")
    devices.refused("notAuthorized", "rr", *devices.by_secret("all"), "-oldcert", devices.folder / "p1.pem", "-revreason", "1")
    devices.ask("rr", *devices.by_certificate("p1"), "-oldcert", devices.folder / "p1.pem", "-revreason", "1")


def check_revoked(devices):
    town = devices.town
    old = ("-oldcert", devices.folder / "m4.pem")
    devices.refused("badRequest", "rr", *devices.by_secret("meters"), *old, "-revreason", "6")
    devices.refused("notAuthorized", "rr", *devices.by_secret("cameras"), *old)
    devices.refused("notAuthorized", "rr", *devices.by_certificate("m1"), *old)
    devices.ask("rr", *devices.by_secret("meters"), *old, "-revreason", "4")
    assert ": revoked" in town.ocsp(devices.folder / "m4.pem")
    devices.refused("certRevoked", "rr", *devices.by_secret("meters"), *old)
    devices.ask("rr", *devices.by_certificate("m1"), "-oldcert", devices.folder / "m1.pem", "-revreason", "1")
    assert ": revoked" in town.ocsp(devices.folder / "m1.pem")
    # at once: it signs nothing any more
    devices.refused("certRevoked", "kur", *devices.by_certificate("m1"), "-newkey", devices.key("m1-more"), "-certout", devices.folder / "m1-more.pem")
    town.revoke(devices.folder / "m5.pem", "superseded")
    devices.refused("certRevoked", "kur", *devices.by_certificate("m5"), "-newkey", devices.key("m5-more"), "-certout", devices.folder / "m5-more.pem")
    # an authority's certificate is nobody's to revoke
    devices.refused("badCertId", "rr", *devices.by_secret("meters"), "-oldcert", devices.folder / "own.pem")


def check_information(devices):
    told = devices.folder / "told.pem"
    said = devices.ask("genm", *devices.by_secret("meters"), "-infotype", "caCerts", "-cacertsout", told)
    if "-template" not in devices.options:
        assert "caCerts" in said, said
    else:  # from 3.4 on it reads what was told as well
        city.run("openssl", "verify", "-CAfile", devices.town.root, told)
        assert devices.town.issuing.read_text().split() == told.read_text().split()
        template = devices.folder / "template.der"
        devices.ask("genm", *devices.by_secret("meters"), "-infotype", "certReqTemplate", "-template", template)
        assert template.stat().st_size > 0
        new_root = devices.folder / "new-root.pem"
        said = devices.ask("genm", *devices.by_secret("meters"), "-infotype", "rootCaCert", "-oldwithold", devices.town.root, "-newwithnew", new_root)
        assert "no root CA certificate update available" in said and not new_root.exists(), said
    devices.ask("genm", *devices.by_certificate("m2"), tls=True)


def post(devices, octets, path="/.well-known/cmp", kind="application/pkixcmp"):
    request = urllib.request.Request(f"http://127.0.0.1:{devices.port}{path}", data=octets, headers={"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def check_no_messages(devices):
    assert post(devices, b"no message")[0] == 400
    assert post(devices, b"")[0] == 400
    assert post(devices, b"x", kind="text/plain")[0] == 415
    assert post(devices, b"x", path="/.well-known/cmp/p")[0] == 404
    assert post(devices, b"x", path="/.well-known/cmp/nothing")[0] == 404


def check_replayed(devices):
    """A message that was taken down does nothing a second time."""
    taken = devices.folder / "taken.der"
    devices.enrol("r1", "r1.meters.city.test", "meters", "-implicit_confirm", "-reqout", taken)
    before = devices.counts()
    status, answer = post(devices, taken.read_bytes())
    assert status == 200 and b"\x03\x04\x02\x00\x00\x04" in answer  # failInfo: transactionIdInUse, bit 21
    assert post(devices, taken.read_bytes() + b"\0")[0] == 400
    assert devices.counts() == before


def officers(town):
    people = {name: town.issue(name, "officer") for name in ("super", "auditor", "bizadm", "li", "wang", "zhao")}
    town.yuxin("role", "grant", "CA.SUPER", "--to", people["super"], "--and", f"CA.AUDADM={people['auditor']}", "--yes")
    town.acting("super", "role", "grant", "RA.BIZADM", "--to", people["bizadm"], "--yes")
    for who, role in (("li", "RA.INPUT"), ("wang", "RA.REVIEW"), ("zhao", "RA.MAKE")):
        town.acting("bizadm", "role", "grant", role, "--to", people[who], "--yes")
    town.yuxin("client", "service", "--out", town.folder / "service.pem")
    town.acting("bizadm", "role", "grant", "RA.SERVICE", "--to", town.folder / "service.pem", "--yes")


def new_case(town, known=()):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        cases = [one["case"] for one in town.json("case", "list")["cases"] if one["case"] not in known]
        if cases:
            return cases[0]
        time.sleep(0.2)
    raise AssertionError("no case was opened")


def approve(town, number):
    for who, action in (("li", "accept"), ("wang", "review"), ("zhao", "approve")):
        town.acting(who, "request", action, number, "--yes")


def check_unfinished(devices):
    """A hundred that begin and do not end, of one client, leave the other's and their own alone."""
    for number in range(100):
        devices.ask("ir", *devices.by_secret("cameras"), "-newkey", devices.key("c2"), "-subject", "/CN=c2.cameras.city.test", "-sans", "c2.cameras.city.test",
                    "-certout", devices.folder / "c2.pem", "-disable_confirm", *(("-reqout", devices.folder / "c2.req") if number == 99 else ()))
    devices.enrol("u1", "u1.meters.city.test")
    devices.enrol("u2", "u2.cameras.city.test", "cameras")
    assert post(devices, (devices.folder / "c2.req").read_bytes())[1].count(b"\x03\x04\x02\x00\x00\x04") == 1


def check_interleaved(devices):
    """Clients that speak at the same time do not disturb each other."""
    names = [f"i{number}" for number in range(8)]
    for name in names:
        devices.key(name)
    asking = [subprocess.Popen(devices.words("ir", *devices.by_secret("meters"), *devices.wanted(name, f"{name}.meters.city.test")), stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True) for name in names]
    for one in asking:
        said, _ = one.communicate(timeout=60)
        assert one.returncode == 0, said
    serials = {devices.town.serial(devices.verified(name)) for name in names}
    assert len(serials) == len(names)


def check_waiting(devices, server):
    """What demands an approval waits; the client polls while officers approve, and goes on when the server was killed meanwhile."""
    town = devices.town
    officers(town)
    answers = [devices.folder / f"answer-{number}.der" for number in range(4)]
    words = devices.words("ir", *devices.by_secret("web"), *devices.wanted("portal", "portal.city.test"), "-total_timeout", "3", "-reqout", devices.folder / "ask.der", "-rspout",
                          ",".join(map(str, answers)))
    asking = city.run(*words, expect=None)
    assert asking.returncode != 0, "there was nothing to wait for"
    number = new_case(town)
    assert number.encode() in answers[0].read_bytes()
    # openssl's client asks again after five minutes, newer ones once more before they give up; here another one goes on with what it has begun
    poller = cmp_messages.Poller("web", (devices.folder / "web.secret").read_text().strip(), (devices.folder / "ask.der").read_bytes(), [one for one in answers if one.exists()][-1].read_bytes(),
                                 lambda octets: post(devices, octets))
    nonce = poller.nonce
    assert poller.body == "pollRep" and number.encode() in answers[1].read_bytes()
    time.sleep(2.1)
    assert poller.poll() == "pollRep" and poller.nonce != nonce
    newest, poller.nonce = poller.nonce, nonce
    assert poller.poll() == "error"  # it answers an older message than the last
    poller.nonce = newest
    assert poller.poll() == "pollRep" and poller.nonce == newest  # too soon: the same again
    server.kill()
    server = town.serve("--verbose").wait_until_ready()
    time.sleep(2.1)
    assert poller.poll() == "pollRep" and poller.nonce != newest
    approve(town, number)
    time.sleep(2.1)
    assert poller.poll() == "ip"
    (devices.folder / "portal.pem").write_text(city.run("openssl", "x509", "-inform", "DER", input=poller.certificate(), stdin=None, text=False).stdout.decode())
    devices.verified("portal", "-verify_hostname", "portal.city.test")
    server.kill()
    server = town.serve("--verbose").wait_until_ready()
    assert poller.confirm() == "pkiconf"
    assert re.search(r'"state": ?"DELIVERED"', town.yuxin("--json", "case", "show", number).stdout)
    # the same wish in a new transaction is the same case
    devices.ask("ir", *devices.by_secret("web"), "-newkey", devices.key("portal"), "-subject", "/CN=portal.city.test", "-sans", "portal.city.test", "-certout",
                devices.folder / "portal-again.pem", tls=True)
    assert town.serial(devices.folder / "portal-again.pem") == town.serial(devices.folder / "portal.pem")
    assert len(town.json("case", "list")["cases"]) <= 1
    return server


def main():
    devices = Devices()
    server = devices.town.serve("--verbose").wait_until_ready()
    try:
        check_no_messages(devices)
        check_enrolled(devices)
        check_sm2(devices)
        check_renewed(devices)
        check_refused(devices)
        check_overheard(devices)
        check_revoked(devices)
        check_information(devices)
        check_replayed(devices)
        check_unfinished(devices)
        check_interleaved(devices)
        server = check_waiting(devices, server)
    finally:
        if server.process.poll() is None:
            server.stop()
    assert devices.town.json("audit", "verify")["problems"] == []
    print("CMP holds")


main()
