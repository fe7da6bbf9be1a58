"""Whoever has a registration authority's host has its keys and its database, and speaks to the authority as they like. They get what the automated
policy of that registration authority allows, and nothing else; and the authority's ledger shows what they tried."""
import base64
import concurrent.futures
import hashlib
import http.client
import json
import sqlite3
import ssl
import time

import city
import forged_act
import split_city
from forged_act import Signer

PURPOSES = ("registration-authority", "registration-tls", "registration-service", "registration-scep", "registration-cmp")


def b64(octets):
    return base64.b64encode(octets).decode()


class Attacker:
    """Has all keys of the registration authority "west" as files, and the database of another with everything that officers signed there."""

    def __init__(self, split):
        self.split, self.folder = split, split.folder
        self.keys()
        self.context = self.tls(self.folder / "west-registration-authority")
        database = sqlite3.connect(f"file:{split.east}/yuxin.db?mode=ro", uri=True)
        self.acts = {}
        for (octets,) in database.execute("SELECT attachment FROM ledger WHERE text LIKE '%\"kind\":\"act.accepted\"%' ORDER BY sequence"):
            self.acts.setdefault(forged_act.statement_of(octets)["object"], []).append(octets)
        database.close()
        self.chain = [Signer(split.town.issuing, key="-").certificate]
        self.refusals = 0

    def keys(self):
        folder = self.folder
        pem = ""
        for purpose in PURPOSES:
            newkey = ("rsa:3072",) if purpose.endswith("scep") else ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
            names = ("-addext", "subjectAltName=DNS:west.city.test") if purpose.endswith("tls") else ()
            pem += self.split.town.request(f"west-{purpose}", f"/CN={purpose}", newkey, names).read_text()
        ledger = folder / "west-ledger.key"
        city.run("openssl", "genpkey", "-algorithm", "ed25519", "-out", ledger)
        pem += city.run("openssl", "req", "-new", "-key", ledger, "-subj", "/CN=yuxin.ledger\\/0011223344556677").stdout
        (folder / "west.csr").write_text(pem)
        self.split.town.yuxin("--yes", "registry", "add", "west", folder / "west.csr", "--out", folder / "west.json")
        self.document = json.loads((folder / "west.json").read_text())
        for purpose in PURPOSES:
            (folder / f"west-{purpose}.pem").write_text(self.document["certificates"][purpose])
        self.split.grant("west-registration-service", "RA.SERVICE")

    def tls(self, identity):
        context = ssl.create_default_context(cafile=str(self.split.town.root))
        if identity:
            chain = self.folder / "chain.pem"
            chain.write_text((self.folder / f"{identity}.pem").read_text() + self.split.town.issuing.read_text())
            context.load_cert_chain(chain, f"{identity}.key")
        return context

    def call(self, operation, question=None, raw=None, method="POST", media="application/json", context=None):
        connection = http.client.HTTPSConnection("localhost", self.split.ca_port, context=context or self.context, timeout=60)
        try:
            connection.request(method, f"/ca/v1/{operation}", raw if raw is not None else json.dumps(question).encode(), {"Content-Type": media})
            reply = connection.getresponse()
            body = reply.read()
            return reply.status, json.loads(body) if body else None
        finally:
            connection.close()

    def ask(self, operation, question):
        status, answer = self.call(operation, question)
        assert status == 200, (operation, status, answer)
        return answer

    def refused(self, says, operation, question, counted=True):
        status, answer = self.call(operation, question)
        assert 400 <= status < 500, (operation, status, answer)
        assert any(one in answer["detail"] for one in says.split("|")), (says, answer["detail"])
        self.refusals += counted
        return answer

    def order(self, acts, request=None, effect="issue", step=None):
        order = {"acts": [b64(act) for act in acts], "effect": effect, "step": len(acts) if step is None else step}
        return order | {"request": b64(request)} if request else order

    def subject(self, signer):
        text = city.run("openssl", "x509", "-inform", "DER", "-noout", "-subject", "-nameopt", "sep_comma_plus_space", stdin=None,
                        input=signer.certificate, text=False).stdout.decode()
        return text.split("subject=", 1)[1].strip()

    def signed(self, act, signer, role=None, grants=None, proofs=None, chain=None, marked=True):
        """An act by whatever key, with the proofs that the authority gives to whoever asks."""
        signed = forged_act.sign(act, signer, self.subject(signer), marked)
        chain = self.chain if chain is None else chain
        proofs = proofs or self.proofs(signer, role)
        stamp = base64.b64decode(self.ask("proofs", {"stamp": b64(signed[2])})["stamp"])
        stamping = self.stamping(stamp)
        held, ocsp = list(chain) + stamping["certificates"] + proofs["authorities"], proofs["ocsp"] + stamping["ocsp"]
        return forged_act.message(signer, signed, held, proofs["grants"] if grants is None else grants, ocsp, proofs["crls"], stamp)

    def status(self, certificate):
        answer = self.ask("proofs", {"status": {"certificate": b64(certificate), "issuer": b64(self.chain[0])}})
        return [base64.b64decode(one) for one in answer["ocsp"]]

    def root_list(self):
        root = Signer(self.split.town.root, key="-").certificate
        answer = self.ask("proofs", {"status": {"certificate": b64(self.chain[0]), "issuer": b64(root)}})
        return [base64.b64decode(one) for one in answer["crls"]]

    def stamping(self, stamp):
        (self.folder / "stamp.der").write_bytes(stamp)
        pem = city.run("openssl", "cms", "-cmsout", "-inform", "DER", "-in", self.folder / "stamp.der", "-certsout", "/dev/stdout", "-noout", expect=None).stdout
        certificates = [ssl.PEM_cert_to_DER_cert(one + "-----END CERTIFICATE-----\n") for one in pem.split("-----END CERTIFICATE-----\n")[:-1]]
        if not certificates:  # the token names its certificate only; the authority's list of certificates has it
            row = self.split.town.json("cert", "list", "--profile", "timestamp")["certificates"][-1]["serial"]
            certificates = [ssl.PEM_cert_to_DER_cert(self.split.town.yuxin("cert", "export", row, "--out", "-", expect=None).stdout)]
        return {"certificates": certificates, "ocsp": [one for certificate in certificates if certificate != self.chain[0] for one in self.status(certificate)]}

    def proofs(self, signer, role):
        proofs = {"authorities": [], "grants": [], "crls": self.root_list(), "ocsp": self.status(signer.certificate)}
        if role:
            status, answer = self.call("proofs", {"role": {"holder": b64(signer.certificate), "role": role}})
            if status == 200:
                proofs["grants"] = [base64.b64decode(answer["grant"])]
                proofs["authorities"] = [base64.b64decode(one) for one in answer["authorities"]]
                proofs["crls"] += [base64.b64decode(one) for one in answer["crls"]]
                proofs["ocsp"] += [one for certificate in proofs["authorities"][:1] for one in self.status(certificate)]
        return proofs

    def request(self, name, host):
        path = self.folder / f"{name}.csr"
        if not path.exists():
            self.split.town.request(name, f"/CN={host}", options=("-addext", f"subjectAltName=DNS:{host}"))
        return city.run("openssl", "req", "-in", path, "-outform", "DER", text=False).stdout

    def enrolment(self, number, request, profile="device", role="RA.SERVICE", about=None):
        """A statement like those of the stolen database, for what the attacker wants."""
        template = next(forged_act.statement_of(acts[0]) for acts in self.acts.values()
                        if forged_act.statement_of(acts[0])["type"] == "certificate-request.enrol")
        digest = hashlib.sha256(request).hexdigest()
        body = template["body"]
        body["about"] |= {"profile": profile, "request": digest} | (about or {})
        spki = city.run("openssl", "req", "-inform", "DER", "-noout", "-pubkey", stdin=None, input=request, text=False).stdout
        key = city.run("openssl", "pkey", "-pubin", "-outform", "DER", stdin=None, input=spki, text=False).stdout
        body["form"]["subject_key"] = hashlib.sha256(key).hexdigest()
        body["place"]["profile"] = profile
        template["attachments"] = [{"digest": "SHA-256", "name": "request.p10", "size": len(request), "value": digest}]
        return template | {"object": f"R-{number}", "role": role, "previous": None}


def check_allowed(attacker):
    """What the policy allows works: that is what an automated registration authority is for."""
    service = Signer(attacker.folder / "west-registration-service.pem")
    request = attacker.request("good", "good.meters.city.test")
    act = attacker.signed(attacker.enrolment(1000, request), service, "RA.SERVICE")
    serial = attacker.ask("orders", attacker.order([act], request))["facts"]["serial"]
    assert attacker.split.state(serial) == "good"
    # the same order twice is one certificate, also at the same moment
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda _: attacker.ask("orders", attacker.order([act], request))["facts"]["serial"], range(4)))
    assert again == [serial] * 4 and len(attacker.split.serials("device")) == attacker.devices + 1
    # for another request it is no order, nor for more
    other = attacker.request("other", "other.meters.city.test")
    attacker.refused("not among the attachments|another", "orders", attacker.order([act], other))
    return service, serial


def check_without_acts(attacker):
    request = attacker.request("bare", "bare.meters.city.test")
    attacker.refused("without an act", "orders", attacker.order([], request))
    attacker.refused("does not order|without an act", "trials", attacker.order([], None, "revoke"))


def check_officers_acts(attacker, number):
    """Everything that officers have signed is in the attacker's hands."""
    acts = attacker.acts[number][:4]
    wei = attacker.request("wei", "unused")
    before = attacker.split.serials("person-signing")
    known = attacker.ask("orders", attacker.order(acts, wei))["facts"]["serial"]
    assert known in before and attacker.split.serials("person-signing") == before
    evil = attacker.request("evil", "evil.city.test")
    attacker.refused("not among the attachments", "orders", attacker.order(acts, evil))
    assert attacker.split.serials("person-signing") == before
    victim = attacker.acts[attacker.victim]
    attacker.refused("does not order", "orders", attacker.order(victim, evil))
    attacker.refused("do not follow", "orders", attacker.order([victim[0], *acts[1:]], evil))
    attacker.refused("do not follow|went on", "orders", attacker.order([acts[0], acts[2], acts[3]], wei))
    attacker.refused("do not follow", "orders", attacker.order(list(reversed(acts)), wei))
    attacker.refused("does not order", "orders", attacker.order(acts, None, "revoke"))
    # a word of it altered: another request, another profile, another name, more days
    signed = forged_act.statement_of(acts[3])
    for old, new in ((signed["body"]["about"]["request"], hashlib.sha256(evil).hexdigest()), ("person-signing", "officer-signing"),
                     ('"days":null', '"days":9999'), ('"names":null', '"names":"xx"')):
        if old.encode() in acts[3] and len(old) == len(new):
            forged = acts[3].replace(old.encode(), new.encode())
            attacker.refused("signature|does not hold|digest|canonical|statement", "orders", attacker.order([*acts[:3], forged], evil))


def check_false_hands(attacker, number):
    """The last act of an application by keys that are no officer's."""
    victim = attacker.acts[attacker.victim]
    last = forged_act.statement_of(attacker.acts[number][3])
    previous = hashlib.sha256(forged_act.statement(forged_act.statement_of(victim[-1]))).hexdigest()
    body = last["body"] | {"about": forged_act.statement_of(victim[-1])["body"]["about"], "step": len(victim) + 1, "state": "REVIEWED"}
    act = last | {"object": attacker.victim, "previous": previous, "body": body}
    request = attacker.request("victim", "unused")
    west_tls, service = Signer(attacker.folder / "west-registration-authority.pem"), Signer(attacker.folder / "west-registration-service.pem")
    own = attacker.folder / "own"
    city.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{own}.key", "-out", f"{own}.pem", "-subj",
             "/C=CN/O=Test City/CN=zhao", "-days", "2")
    own = Signer(f"{own}.pem")

    def tried(says, signer, role="RA.MAKE", **options):
        forged = attacker.signed(act | {"role": role}, signer, role, **options)
        attacker.refused(says, "orders", attacker.order([*victim, forged], request))

    tried("trusted|lead|issuer|known", own, proofs=attacker.proofs(west_tls, None))
    tried("role|purpose|sign", west_tls)
    tried("role", service)
    tried("role", service, role="RA.REVIEW")
    # a grant that the attacker has made: the words of the service's own, changed, and signed by themselves
    grant = attacker.proofs(service, "RA.SERVICE")["grants"][0]
    wanted = b"urn:yuxin:role:RA.MAKE"
    forged = forged_act.replaced(grant, forged_act.der(0x86, b"urn:yuxin:role:RA.SERVICE"), forged_act.der(0x86, wanted))
    assert wanted in forged and forged != grant
    info = forged_act.children(forged)[0]
    forged = forged_act.der(0x30, info, forged_act.children(forged)[1], forged_act.der(0x03, b"\x00", west_tls.sign(info)))
    proofs = attacker.proofs(service, "RA.SERVICE") | {"grants": [forged]}
    tried("role|signed|signature", service, proofs=proofs)
    # an officer whose certificate was revoked, with an answer about it from before
    zhao = Signer(attacker.folder / "zhao.pem")
    old = attacker.proofs(zhao, "RA.MAKE")
    attacker.split.town.revoke(attacker.folder / "zhao.pem", "affiliationChanged")
    tried("had ended|revoked", zhao, proofs=old)
    tried("revoked|ended", zhao)
    assert attacker.split.serials("person-signing") == attacker.persons


def check_service(attacker, service):
    """The service is held to its profiles, its names, its number a day, and to what it enrolled itself."""

    def tried(says, name, host, **options):
        request = attacker.request(name, host)
        act = attacker.signed(attacker.enrolment(attacker.next(), request, **options), service, "RA.SERVICE")
        attacker.refused(says, "orders", attacker.order([act], request))

    tried("without a person|Missing|person", "p1", "p1.meters.city.test", profile="tls-server")
    tried("person|Missing", "p2", "p2.meters.city.test", profile="person-signing")
    tried("home itself", "p3", "p3.meters.city.test", profile="ocsp-responder")
    tried("registry add", "p4", "p4.meters.city.test", profile="registration-authority")
    tried("under none", "p5", "portal.city.test")
    tried("nobody|under none|does not describe|differs|subject", "p6", "p6.meters.city.test", about={"subject": "C=CN, O=Test City, CN=Test City Issuing 1"})
    # another service's order is not this one's to bring
    east = attacker.acts[attacker.east_machine][:1]
    status, answer = attacker.call("orders", attacker.order(east, attacker.request("m1", "m1.meters.city.test")))
    assert status == 403 or answer["facts"]["serial"] in attacker.split.serials("device"), (status, answer)
    for n in range(2, 5):
        request = attacker.request(f"day{n}", f"day{n}.meters.city.test")
        act = attacker.signed(attacker.enrolment(attacker.next(), request), service, "RA.SERVICE")
        attacker.ask("orders", attacker.order([act], request))
    tried("within a day", "day5", "day5.meters.city.test")


def check_disguise(attacker, serial):
    """A device that the service enrolled applies in its own hand for the suspension of somebody else: what is signed looks like an application for a
    certificate with their name."""
    town, folder = attacker.split.town, attacker.folder
    town.yuxin("cert", "export", serial, "--out", folder / "good.pem")
    device = Signer(folder / "good.pem", folder / "good.key")
    files = attacker.ask("policy", {})["files"]
    digest = hashlib.sha256(files["workflows/certificate-revocation.toml"].encode()).hexdigest()
    own = [one for one in town.json("cert", "list", "--state", "good")["certificates"] if one["profile"] != "device"]
    for number, victim in enumerate(own):
        request = attacker.request("mask", "good.meters.city.test")
        binding = {"days": None, "names": None, "organisation": "OFFICE", "profile": victim["profile"], "request": hashlib.sha256(request).hexdigest(),
                   "subject": victim["subject"]}
        abouts = [binding, {"subject": victim["subject"]}]
        if number == 0:
            abouts += [binding | {"authority": "issuing", "serial": victim["serial"]}, {"authority": "issuing", "serial": victim["serial"], "subject": victim["subject"]},
                       {"invitation": "00"} | {name: value for name, value in binding.items() if name != "request"}]
        for about in abouts:
            act = {"act": 1, "attachments": [], "object": f"V-{7000 + number}", "previous": None, "role": None, "type": "certificate-revocation.submit",
                   "body": {"about": about, "files": {}, "state": "", "step": 1, "workflow": digest, "place": {"organisation": "OFFICE", "profile": victim["profile"]},
                            "form": {"serial": victim["serial"], "cause": "keyCompromise", "reason": "x", "subject_key": device.key_digest}}}
            signed = attacker.signed(act, device, None)
            for enclosed in (request, None):
                attacker.refused("cannot be done|comes without|another certificate|another key|another organisation|no such certificate|profile", "orders",
                                 attacker.order([signed], enclosed, "hold"))
    for victim in own:
        assert attacker.split.state(victim["serial"]) == "good", victim


def check_documents(attacker, service):
    """What was signed as a document, without the mark of an act, is none."""
    request = attacker.request("paper", "paper.meters.city.test")
    act = attacker.signed(attacker.enrolment(attacker.next(), request), service, "RA.SERVICE", marked=False)
    attacker.refused("document", "orders", attacker.order([act], request))


def check_status(attacker, service, serial):
    def revocation(wanted, profile_subject):
        return {"act": 1, "attachments": [], "object": f"issuing/{wanted}", "previous": None, "role": "RA.SERVICE", "type": "registration.revoke",
                "body": {"about": {"authority": "issuing", "serial": wanted, "subject": profile_subject}, "by": "acme:x", "reason": "superseded"}}

    person = attacker.persons[-1]
    shown = attacker.split.town.json("cert", "show", person)["subject"]
    act = attacker.signed(revocation(person, shown), service, "RA.SERVICE")
    attacker.refused("enrolled itself", "revocations", {"act": b64(act)})
    attacker.refused("member|missing", "revocations", {"act": b64(act), "more": 1})
    assert attacker.split.state(person) == "good"
    tls = Signer(attacker.folder / "west-registration-authority.pem")
    act = attacker.signed(revocation(serial, "CN=good.meters.city.test") | {"role": None}, tls)
    attacker.refused("no order", "revocations", {"act": b64(act)})
    shown = attacker.split.town.json("cert", "show", serial)["subject"]
    act = attacker.signed(revocation(serial, shown), service, "RA.SERVICE")
    attacker.ask("revocations", {"act": b64(act)})
    assert attacker.split.state(serial) == "revoked"


def check_bodies(attacker):
    """Nothing that is no question is more than a refusal."""
    shapes = [b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"acts":1,"effect":"issue","step":0}', b'{"acts":["!"],"effect":"issue","step":0}',
              b'{"acts":[],"effect":"issue","step":1}', b'{"acts":[],"effect":"issue","step":-1}', b'{"acts":[],"effect":"issue","step":"1"}',
              b'{"acts":[],"effect":"' + b"x" * 100 + b'","step":0}', b'{"acts":[],"acts":[],"effect":"issue","step":0}', b'{"acts":["AA=="],"acts":["AA=="]}',
              b'{"after":-1}', b'{"after":1e99}', b'{"after":"0"}', b'{"stamp":""}', b'{"status":{}}', b'{"role":{"holder":"AA==","role":"x"}}',
              json.dumps({"acts": [b64(b"0" * 100)] * 64, "effect": "issue", "step": 1}).encode(),
              json.dumps({"acts": [b64(b"0")] * 65, "effect": "issue", "step": 1}).encode(), b"[" * 100_000, b"\xff\xfe{}", b'{"a":' * 40]
    for operation in ("acts", "check", "trials", "orders", "revocations", "proofs", "news", "policy"):
        for shape in shapes:
            if operation == "policy" and shape == b"{}":
                continue
            status, answer = attacker.call(operation, raw=shape)
            assert 400 <= status < 500, (operation, shape[:60], status, answer)
    for size in (5 << 20, 9 << 20):
        try:
            assert attacker.call("orders", raw=b" " * size)[0] == 413
        except (ConnectionError, ssl.SSLError):
            pass  # the server hangs up while it is still being told
    assert attacker.call("orders", {}, method="GET")[0] == 405 and attacker.call("nothing", {})[0] == 404
    assert attacker.call("orders", {}, media="text/plain")[0] == 415
    status, answer = attacker.call("news", {"after": 1 << 40})
    assert status == 409, answer


def check_strangers(attacker):
    """No certificate, somebody else's, or one that is none of a registration authority."""
    for context in (attacker.tls(None), None):
        if context is None:
            context = ssl.create_default_context(cafile=str(attacker.split.town.root))
            context.load_cert_chain(attacker.folder / "own.pem", attacker.folder / "own.key")
        try:
            status = attacker.call("policy", {}, context=context)
            raise AssertionError(status)
        except (ssl.SSLError, OSError):
            pass
    for who in ("li", "west-registration-service"):
        status, answer = attacker.call("policy", {}, context=attacker.tls(attacker.folder / who))
        assert status == 403 and answer["type"].endswith("certificate-refused"), answer


def check_ended(attacker):
    """Removed, or its certificate revoked: nothing works, from the next question on."""
    town, folder = attacker.split.town, attacker.folder
    assert attacker.call("policy", {})[0] == 200
    town.yuxin("--yes", "registry", "remove", "west")
    assert attacker.call("policy", {})[0] == 403
    town.yuxin("--yes", "registry", "add", "west", folder / "west.csr", "--out", folder / "west-2.json")
    assert attacker.call("policy", {})[0] == 200
    town.revoke(folder / "west-registration-authority.pem", "keyCompromise")
    assert attacker.call("policy", {})[0] == 403
    for operation in ("acts", "orders", "trials", "check", "proofs", "news", "revocations"):
        assert attacker.call(operation, {})[0] == 403


def check_told(split, number):
    """What officers decide the authority hears within the second, though it orders nothing there."""
    split.as_json("wang", "request", "reject", number, "--reason", "a mistake")
    end = time.monotonic() + 10
    while time.monotonic() < end:
        told = [one["data"] for one in split.records("registry.act") if one["data"]["case"] == number]
        if [one["type"].split(".")[1] for one in told] == ["accept", "review", "reject"]:
            return
        time.sleep(0.2)
    raise AssertionError(told)


def main():
    split = split_city.Split()
    try:
        split.serve_ca()
        split.join()
        out = split.folder / "meters.secret"
        split.on_east("client", "add", "meters", "--protocol", "est", "--profile", "device", "--under", "meters.city.test", "--secret-out", out)
        split.secret = out.read_text().strip()
        split.serve_ra()
        number, _ = split.approved("wei")
        victim = split.submit("victim")
        split.as_json("li", "request", "accept", victim)
        split.as_json("wang", "request", "review", victim)
        rejected = split.submit("rejected")
        split.as_json("li", "request", "accept", rejected)
        split.as_json("wang", "request", "review", rejected)
        check_told(split, rejected)
        import split as way
        assert way.est(split, "m1", "m1.meters.city.test")[0] == 200
        split.ra.stop()
        attacker = Attacker(split)
        attacker.victim, attacker.persons, attacker.devices = victim, split.serials("person-signing"), len(split.serials("device"))
        attacker.east_machine = next(name for name, acts in attacker.acts.items() if forged_act.statement_of(acts[0])["type"].endswith(".enrol"))
        numbers = iter(range(2000, 9000))
        attacker.next = lambda: next(numbers)
        service, serial = check_allowed(attacker)
        check_without_acts(attacker)
        check_officers_acts(attacker, number)
        check_false_hands(attacker, number)
        check_disguise(attacker, serial)
        check_documents(attacker, service)
        check_service(attacker, service)
        check_status(attacker, service, serial)
        check_bodies(attacker)
        check_strangers(attacker)
        assert split.serials("person-signing") == attacker.persons
        refused = split.records("registry.refused")
        mine = [one for one in refused if one["object"] == "registries/west"]
        assert len(mine) >= attacker.refusals, (len(mine), attacker.refusals)
        assert [one for one in refused if one["data"]["operation"] == "policy" and one["object"] != "registries/west"], refused[-3:]
        check_ended(attacker)
    except AssertionError:
        log = split.folder / "ca.log"
        print(log.read_text(errors="replace")[-6000:] if log.exists() else "-")
        raise
    finally:
        split.close()
    report = json.loads(city.run(city.YUXIN, "--home", split.town.online, "--json", "audit", "verify").stdout)
    assert not report.get("problems"), report


if __name__ == "__main__":
    main()
