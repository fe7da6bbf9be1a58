"""EST over the whole program with curl: enrolled, renewed by certificate, given a key, refused, and made to wait for officers."""
import base64
import concurrent.futures
import json
import re
import ssl
import time
import urllib.request

import city

RA = "https://localhost:{}/.well-known/est"


class Machines:
    """A city with clients, its server, and curl."""

    def __init__(self):
        city.need("curl")
        self.town = city.City()
        self.url = RA.format(self.town.ra_port)
        self.secrets = {}
        self.add("meters", "device", "meters.city.test")
        self.add("portal", "tls-server", "city.test", "--per-day", "3")
        approvals = self.town.online / "approvals.toml"
        approvals.write_text(approvals.read_text().replace("profiles  = []", 'profiles  = ["tls-server"]'))

    def add(self, name, profile, under, *options):
        out = self.town.folder / f"{name}.secret"
        self.town.yuxin("client", "add", name, "--protocol", "est", "--profile", profile, "--under", under, "--secret-out", out, *options)
        assert out.stat().st_mode & 0o777 == 0o600
        self.secrets[name] = out.read_text().strip()

    def request(self, name, host, newkey=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        """A request by openssl as base64 of DER, as EST sends it."""
        csr = self.town.request(name, f"/CN={host}", newkey, ("-addext", f"subjectAltName=DNS:{host}"))
        der = city.run("openssl", "req", "-in", csr, "-outform", "DER", text=False).stdout
        path = self.town.folder / f"{name}.b64"
        path.write_bytes(base64.encodebytes(der))
        return path

    def ask(self, operation, body=None, client=None, secret=None, certificate=None):
        """curl's answer: (status, header fields, body)."""
        folder = self.town.folder
        words = ["curl", "-sS", "--cacert", self.town.root, "-D", folder / "head", "-o", folder / "body", "-w", "%{http_code}"]
        if body:
            words += ["-H", "Content-Type: application/pkcs10", "--data-binary", f"@{body}"]
        if client:
            words += ["-u", f"{client}:{secret or self.secrets[client]}"]
        if certificate:
            words += ["--cert", f"{certificate}.pem", "--key", f"{certificate}.key"]
        (folder / "body").write_bytes(b"")
        status = int(city.run(*words, f"{self.url}/{operation}").stdout)
        return status, (folder / "head").read_text(), (folder / "body").read_bytes()

    def certificates(self, body):
        path = self.town.folder / "answer.p7"
        path.write_bytes(base64.b64decode(body))
        return city.run("openssl", "pkcs7", "-inform", "DER", "-in", path, "-print_certs").stdout

    def enrol(self, name, host, client, operation="simpleenroll", **options):
        status, _, body = self.ask(operation, self.request(name, host), client, **options)
        assert status == 200, body
        (self.town.folder / f"{name}.pem").write_text(self.certificates(body))
        return self.town.folder / name

    def refused(self, status, says, *words, **options):
        got, _, body = self.ask(*words, **options)
        assert got == status and re.search(says, body.decode()), (words, got, body)


def check_authorities(machines):
    status, head, body = machines.ask("cacerts")
    assert status == 200 and "application/pkcs7-mime" in head, head
    text = machines.certificates(body)
    assert text.count("BEGIN CERTIFICATE") == 2, text
    assert "ssuing" in text and "Root" in text


def check_enrolled(machines):
    town = machines.town
    meter = machines.enrol("m1", "m1.meters.city.test", "meters")
    pem = f"{meter}.pem"
    city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, pem)
    assert ": good" in town.ocsp(pem)
    # the same request, sent again, is the same certificate; another is another
    status, _, body = machines.ask("simpleenroll", town.folder / "m1.b64", "meters")
    again = machines.certificates(body)
    assert status == 200 and again == (town.folder / "m1.pem").read_text()
    row = json.loads(town.yuxin("--json", "cert", "show", town.serial(pem)).stdout)
    assert row["profile"] == "device", row
    assert '"actor":"est:meters"' in town.yuxin("--json", "audit", "log", "--object", f"issuing/{town.serial(pem)}").stdout.replace(" ", "")


def check_renewed(machines):
    """By the certificate that is renewed; with its names and no others; not after it was revoked, nor with one that nobody may renew."""
    town = machines.town
    meter = town.folder / "m1"
    new = machines.request("m1-new", "m1.meters.city.test")
    status, _, body = machines.ask("simplereenroll", new, certificate=meter)
    assert status == 200, body
    (town.folder / "m1-new.pem").write_text(machines.certificates(body))
    assert town.serial(f"{meter}.pem") != town.serial(town.folder / "m1-new.pem")
    machines.refused(400, "for other names enrol anew", "simplereenroll", machines.request("m2", "m2.meters.city.test"), certificate=meter)
    machines.refused(403, "renews with the certificate", "simplereenroll", new, "meters")
    machines.refused(401, "secret", "simplereenroll", new)
    stranger = town.issue("stranger", "device", town.request("stranger", "/CN=s.city.test", options=("-addext", "subjectAltName=DNS:s.city.test")))
    machines.refused(403, "No client may renew", "simplereenroll", machines.request("s2", "s.city.test"),
                     certificate=str(stranger)[:-4])
    town.revoke(f"{meter}.pem", "superseded")
    machines.refused(403, "revoked", "simplereenroll", new, certificate=meter)
    town.yuxin("cert", "hold", town.serial(town.folder / "m1-new.pem"), "--yes")
    machines.refused(403, "on hold", "simplereenroll", machines.request("m1-newer", "m1.meters.city.test"), certificate=town.folder / "m1-new")


def check_foreign_certificate(machines):
    """A certificate of another authority is refused, and the client is told so."""
    folder = machines.town.folder
    city.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "foreign.key", "-out",
             folder / "foreign.pem", "-subj", "/CN=m1.meters.city.test", "-days", "1")
    machines.refused(403, "of no authority that is known here", "cacerts", certificate=folder / "foreign")
    machines.refused(403, "of no authority that is known here", "simpleenroll", machines.request("f1", "f1.meters.city.test"), "meters",
                     certificate=folder / "foreign")


def check_refused(machines):
    good = machines.request("m3", "m3.meters.city.test")
    machines.refused(401, "name and the secret", "simpleenroll", good)
    machines.refused(401, "name and the secret", "simpleenroll", good, "meters", secret="wrong")
    machines.refused(401, "name and the secret", "simpleenroll", good, "nobody", secret="wrong")
    machines.refused(400, "lies under none", "simpleenroll", machines.request("f", "portal.city.test"), "meters")
    machines.refused(403, "may not have profile", "tls-server/simpleenroll", good, "meters")
    machines.refused(404, "profile", "no-such/csrattrs")
    weak = machines.request("weak", "m4.meters.city.test", ("rsa:1024",))
    machines.refused(400, "1024", "simpleenroll", weak, "meters")
    issued = machines.town.json("cert", "list", "--profile", "device")["certificates"]
    assert not any("m3." in one["subject"] or "m4." in one["subject"] for one in issued), issued


def check_attributes(machines):
    status, head, body = machines.ask("device/csrattrs")
    assert status == 200 and "application/csrattrs" in head
    path = machines.town.folder / "attributes"
    path.write_bytes(base64.b64decode(body))
    assert "prime256v1" in city.run("openssl", "asn1parse", "-inform", "DER", "-in", path).stdout


def check_key_made(machines):
    status, head, body = machines.ask("serverkeygen", machines.request("m5", "m5.meters.city.test"), "meters")
    assert status == 200, body
    boundary = re.search(r"boundary=(\S+)", head)[1]
    parts = [base64.b64decode(part.split(b"\r\n\r\n", 1)[1]) for part in body.split(b"--" + boundary.encode())[1:3]]
    folder = machines.town.folder
    (folder / "made.key").write_bytes(parts[0])
    (folder / "made.p7").write_bytes(parts[1])
    pem = city.run("openssl", "pkcs7", "-inform", "DER", "-in", folder / "made.p7", "-print_certs").stdout
    (folder / "made.pem").write_text(pem)
    key = city.run("openssl", "pkey", "-inform", "DER", "-in", folder / "made.key", "-pubout").stdout
    assert key == city.run("openssl", "x509", "-in", folder / "made.pem", "-noout", "-pubkey").stdout


def check_many(machines):
    """Many at once, each of them twice: none is lost, and none is issued twice."""
    town = machines.town
    hosts = [f"many{index}.meters.city.test" for index in range(40)]
    bodies = [machines.request(f"many{index}", host).read_bytes() for index, host in enumerate(hosts)] * 2
    trust = ssl.create_default_context(cafile=str(town.root))
    login = base64.b64encode(f"meters:{machines.secrets['meters']}".encode()).decode()

    def post(body):
        request = urllib.request.Request(f"{machines.url}/simpleenroll", body, {"Content-Type": "application/pkcs10", "Authorization": f"Basic {login}"})
        with urllib.request.urlopen(request, context=trust, timeout=60) as reply:
            return reply.status, reply.read()

    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(post, bodies))
    spent = time.monotonic() - begin
    assert all(status == 200 for status, _ in answers)
    assert [body for _, body in answers[:40]] == [body for _, body in answers[40:]]
    issued = [one for one in town.json("cert", "list", "--profile", "device", "--limit", "1000")["certificates"] if "CN=many" in one["subject"]]
    assert sorted(one["subject"] for one in issued) == sorted(f"CN={host}" for host in hosts), len(issued)
    print(f"{len(answers)} requests in {spent:.2f} s")


def officers(machines):
    town = machines.town
    people = {name: town.issue(name, "officer") for name in ("super", "auditor", "bizadm", "li", "wang", "zhao")}
    town.yuxin("role", "grant", "CA.SUPER", "--to", people["super"], "--and", f"CA.AUDADM={people['auditor']}", "--yes")
    town.acting("super", "role", "grant", "RA.BIZADM", "--to", people["bizadm"], "--yes")
    for who, role in (("li", "RA.INPUT"), ("wang", "RA.REVIEW"), ("zhao", "RA.MAKE")):
        town.acting("bizadm", "role", "grant", role, "--to", people[who], "--yes")


def check_waiting(machines):
    """What demands an approval waits as a case that the service has entered; officers approve, and the same request is answered."""
    town = machines.town
    portal = machines.request("portal", "portal.city.test")
    machines.refused(403, "its operator has been told", "simpleenroll", portal, "portal")
    officers(machines)
    service = town.folder / "service.pem"
    town.yuxin("client", "service", "--out", service)
    town.acting("bizadm", "role", "grant", "RA.SERVICE", "--to", service, "--yes")
    status, head, body = machines.ask("simpleenroll", portal, "portal")
    assert status == 202 and "Retry-After: 300" in head, (status, head, body)
    number = re.search(r"case (R-\d+)", body.decode())[1]
    status, _, body = machines.ask("simpleenroll", portal, "portal")
    assert status == 202 and number in body.decode(), body
    machines.refused(403, "cannot wait", "serverkeygen", portal, "portal")
    for who, action in (("li", "accept"), ("wang", "review"), ("zhao", "approve")):
        town.acting(who, "request", action, number, "--yes")
    status, _, body = machines.ask("simpleenroll", portal, "portal")
    assert status == 200, body
    (town.folder / "portal.pem").write_text(machines.certificates(body))
    city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, "-verify_hostname", "portal.city.test", town.folder / "portal.pem")
    case = json.loads(town.yuxin("--json", "case", "show", number).stdout)
    assert case["state"] == "DELIVERED", case
    status, _, again = machines.ask("simpleenroll", portal, "portal")
    assert status == 200 and again == body

    rejected = machines.request("evil", "evil.city.test")
    status, _, body = machines.ask("simpleenroll", rejected, "portal")
    number = re.search(r"case (R-\d+)", body.decode())[1]
    town.acting("wang", "request", "reject", number, "--reason", "not ours", "--yes")
    machines.refused(400, "not ours", "simpleenroll", rejected, "portal")


def check_service_rule(machines):
    """What approvals.toml lets the service have, it has without a person, as many a day as it says; what it does not, waits."""
    town = machines.town
    approvals = town.online / "approvals.toml"
    approvals.write_text(approvals.read_text() + '\n[[service]]\nname = "est"\nrole = "RA.SERVICE"\nacts = ["certificate-request.enrol"]\n'
                         'profiles = ["tls-server"]\nnames_under = ["auto.city.test"]\nper_day = 1\n')
    time.sleep(6)  # the desk is opened anew
    machines.add("auto", "tls-server", "city.test")
    machines.enrol("auto1", "a1.auto.city.test", "auto")
    log = town.yuxin("--json", "audit", "log", "--object", f"issuing/{town.serial(town.folder / 'auto1.pem')}").stdout
    assert "approvals" in log, log
    status, _, body = machines.ask("simpleenroll", machines.request("auto2", "b.city.test"), "auto")
    assert status == 202, body
    machines.refused(400, "within a day", "simpleenroll", machines.request("auto3", "a3.auto.city.test"), "auto")
    assert status == 202, body


def check_limits(machines):
    """portal may ask three times a day, and has asked twice."""
    status, _, body = machines.ask("simpleenroll", machines.request("p3", "p3.city.test"), "portal")
    assert status == 202, body
    machines.refused(400, "within a day", "simpleenroll", machines.request("p4", "p4.city.test"), "portal")
    machines.town.yuxin("client", "remove", "portal", "--yes")
    machines.refused(401, "secret", "simpleenroll", machines.request("p5", "p5.city.test"), "portal")


def main():
    machines = Machines()
    with machines.town.serve():
        check_authorities(machines)
        check_enrolled(machines)
        check_renewed(machines)
        check_foreign_certificate(machines)
        check_refused(machines)
        check_attributes(machines)
        check_key_made(machines)
        check_many(machines)
        check_waiting(machines)
        check_service_rule(machines)
        check_limits(machines)
    assert machines.town.json("audit", "verify")["problems"] == []
    print("EST holds")


main()
