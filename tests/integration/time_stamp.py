"""The time-stamping authority of a real server, asked by curl and openssl: what it grants and refuses, serial numbers that never come again
whatever is killed, two servers on one home, a time server that disagrees, keys that are replaced, and openssl's own tokens judged by us."""
import concurrent.futures
import datetime
import hashlib
import json
import random
import socket
import sqlite3
import struct
import threading
import time
import urllib.error
import urllib.request

import city
from city import run

city.need("openssl", "curl")


def post(url, body, content_type="application/timestamp-query"):
    """POSTs a request: gives (status, content type, body); nothing when the server went away."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.headers["Content-Type"], reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()
    except OSError:
        return None


class Clerk:
    """Asks with openssl and looks at answers with openssl."""

    def __init__(self, town):
        self.town = town
        self.text = town.folder / "text"
        self.text.write_text("to be stamped\n")

    def query(self, *options, name="q.tsq"):
        out = self.town.folder / name
        run("openssl", "ts", "-query", "-data", self.text, "-out", out, *options)
        return out

    def show(self, answer, name="shown.tsr"):
        path = self.town.folder / name
        path.write_bytes(answer)
        return run("openssl", "ts", "-reply", "-in", path, "-text").stdout

    def judge(self, query, answer, *options, expect=0):
        path = self.town.folder / "judged.tsr"
        path.write_bytes(answer)
        return run("openssl", "ts", "-verify", "-queryfile", query, "-in", path, "-CAfile", self.town.root, *options, expect=expect)

    def field(self, shown, name):
        return next(line.split(": ", 1)[1].strip() for line in shown.splitlines() if line.startswith(name + ":"))


def check_grants(town, clerk):
    for digest in ("-sha256", "-sha384", "-sha512", "-sm3"):
        query, reply = clerk.query(digest, "-cert"), town.folder / "reply.tsr"
        run("curl", "-fsS", "-H", "Content-Type: application/timestamp-query", "--data-binary", f"@{query}", "-D", town.folder / "head", "-o",
            reply, f"{town.url}/tsa")
        assert "content-type: application/timestamp-reply" in (town.folder / "head").read_text().lower()
        clerk.judge(query, reply.read_bytes(), "-untrusted", town.issuing)
        # the chain is in the token, so that the root alone is enough
        clerk.judge(query, reply.read_bytes())
    bare = clerk.query("-sha256", "-no_nonce", name="bare.tsq")
    _, _, answer = post(f"{town.url}/tsa", bare.read_bytes())
    clerk.judge(bare, answer, expect=1)  # no certificate was asked for, so none is there
    signer = next(c for c in town.json("cert", "list")["certificates"] if c["profile"] == "timestamp")
    pem = town.folder / "tsa.pem"
    pem.write_text(town.yuxin("cert", "show", signer["serial"], "--pem").stdout + town.issuing.read_text())
    clerk.judge(bare, answer, "-untrusted", pem)
    shown = clerk.show(answer)
    assert clerk.field(shown, "Nonce") == "unspecified" and "0x01 seconds" in clerk.field(shown, "Accuracy"), shown
    stamped = datetime.datetime.strptime(clerk.field(shown, "Time stamp"), "%b %d %H:%M:%S %Y GMT")
    assert abs((stamped - datetime.datetime.utcnow()).total_seconds()) < 60, shown
    named = clerk.query("-sha256", "-tspolicy", clerk.field(shown, "Policy OID"), name="named.tsq")
    assert "Granted" in clerk.show(post(f"{town.url}/tsa", named.read_bytes())[2])


def check_refusals(town, clerk):
    url = f"{town.url}/tsa"
    for options, why in ((("-sha1",), "unrecognized or unsupported algorithm identifier"), (("-md5",), "unrecognized or unsupported algorithm"),
                         (("-sha256", "-tspolicy", "1.2.3.4"), "the requested TSA policy is not supported")):
        status, kind, answer = post(url, clerk.query(*options).read_bytes())
        assert (status, kind) == (200, "application/timestamp-reply")
        shown = clerk.show(answer)
        assert "Rejected" in shown and why in shown, shown
    assert "wrong format" in clerk.show(post(url, b"garbage")[2])
    good = clerk.query("-sha256").read_bytes()
    assert post(url, good, "application/ocsp-request")[:2] == (415, "application/problem+json")
    assert post(url, b"\x30" + bytes(5000))[0] == 413
    done = run("curl", "-s", "-i", url)
    assert done.stdout.startswith("HTTP/1.1 405") and "allow: post" in done.stdout.lower(), done.stdout
    assert run("curl", "-s", "-i", "-X", "PUT", "--data", "x", url).stdout.startswith("HTTP/1.1 405")


def serials_of(clerk, answers):
    return [int(clerk.field(clerk.show(answer), "Serial number"), 16) for answer in answers]


def check_blocks(town, clerk, answers):
    """Every stamp lies in exactly one block of the ledger, by its number and by its time."""
    lines = town.yuxin("--json", "audit", "log", "--kind", "tsa.serials", "--limit", "0").stdout.splitlines()
    blocks = [(int(r["data"]["first"], 16), r["data"]["count"], r["time"], r["data"]["until"]) for r in map(json.loads, lines)]
    for answer in answers:
        shown = clerk.show(answer)
        number = int(clerk.field(shown, "Serial number"), 16)
        stamped = datetime.datetime.strptime(clerk.field(shown, "Time stamp"), "%b %d %H:%M:%S %Y GMT").strftime("%Y-%m-%dT%H:%M:%SZ")
        home = [b for b in blocks if b[0] <= number < b[0] + b[1]]
        assert len(home) == 1 and home[0][2] <= stamped < home[0][3], (shown, home)
    assert len({b[0] for b in blocks}) == len(blocks)


def ask_until(end, url, query):
    answers = []
    while time.monotonic() < end:
        reply = post(url, query)
        if reply and reply[0] == 200:
            answers.append(reply[2])
    return answers


def check_kills(town, clerk):
    """kill -9 while clients ask, again and again, with two servers on the home; no number comes twice."""
    rng = random.Random(4)
    query = clerk.query("-sha256").read_bytes()
    answers, other_port = [], city.free_port()
    for _ in range(5):
        first, port = town.serve(), town.public_port
        town.public_port = other_port
        second = town.serve("--only", "ocsp,crl,tsa")
        town.public_port = port
        first.wait_until_ready(90)
        end = time.monotonic() + rng.uniform(0.2, 0.8)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(ask_until, end, f"http://127.0.0.1:{at}/tsa", query) for at in (port, other_port) * 2]
            time.sleep(max(0, end - time.monotonic() - 0.1))
            first.kill()
            second.kill()
            for done in asking:
                answers += done.result()
    sample = [a for a in answers if b"\x02\x10\x01" in a]  # granted: the serial number of 16 octets that begins with 01
    assert len(sample) > 20, len(sample)
    numbers = [a[a.index(b"\x02\x10\x01"):][2:18] for a in sample]
    assert len(set(numbers)) == len(numbers), "a serial number came twice"
    picked = rng.sample(sample, min(20, len(sample)))
    assert len(set(serials_of(clerk, picked))) == len(picked)
    with town.serve():
        check_blocks(town, clerk, picked)
    assert town.json("audit", "verify")["good"]


class FakeTimeServer:
    """Answers NTP with this machine's time and an offset."""

    def __init__(self, offset):
        self.offset = offset
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            packet, sender = self.socket.recvfrom(512)
            now = struct.pack("!II", *divmod(int((time.time() + self.offset + 2208988800) * 2**32), 2**32))
            self.socket.sendto(struct.pack("!BBbbIII", 0x24, 1, 6, -20, 0, 0, 0) + now + packet[40:48] + now + now, sender)


def check_time_source(town, clerk):
    settings = town.online / "yuxin.toml"
    kept = settings.read_text()
    query = clerk.query("-sha256").read_bytes()
    for offset, status in ((0.05, "Granted"), (5, "the TSA's time source is not available")):
        server = FakeTimeServer(offset)
        settings.write_text(kept.replace('time_source          = ""', f'time_source          = "ntp://127.0.0.1:{server.port}"'))
        assert settings.read_text() != kept
        with town.serve():
            end = time.monotonic() + 20  # until the first answer has come
            while status not in (shown := clerk.show(post(f"{town.url}/tsa", query)[2])) and time.monotonic() < end:
                time.sleep(0.1)
            assert status in shown, shown
            if offset > 1:
                assert "yuxin_tsa_available 0" in town.get("/metrics")[2].decode()
    done = town.yuxin("tsa", "request", clerk.text, "--out", town.folder / "never.tst", expect=7)
    assert not (town.folder / "never.tst").exists() and "time source" in done.stderr, done.stderr
    settings.write_text(kept)


TSA_CONFIG = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_cert = {folder}/theirs.pem
certs = {folder}/theirs-ca.pem
signer_key = {folder}/theirs.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = {name}
ess_cert_id_chain = {chain}
ess_cert_id_alg = {alg}
"""


def check_theirs(town, clerk):
    """Tokens that openssl makes are accepted, and refused when somebody touches them."""
    folder = town.folder
    for newkey in (("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), ("rsa:2048",)):
        run("openssl", "req", "-x509", "-newkey", *newkey, "-nodes", "-keyout", folder / "theirs-ca.key", "-out", folder / "theirs-ca.pem",
            "-subj", "/CN=Their CA", "-addext", "keyUsage=critical,keyCertSign")
        csr = town.request("theirs", newkey=newkey)
        (folder / "ext").write_text("keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n")
        run("openssl", "x509", "-req", "-in", csr, "-CA", folder / "theirs-ca.pem", "-CAkey", folder / "theirs-ca.key", "-CAcreateserial",
            "-days", "30", "-extfile", folder / "ext", "-out", folder / "theirs.pem")
        for name, chain, alg in (("yes", "no", "sha256"), ("no", "yes", "sha1"), ("yes", "yes", "sha512")):
            (folder / "tsa.cnf").write_text(TSA_CONFIG.format(folder=folder, name=name, chain=chain, alg=alg))
            query, reply = folder / "ours.tsq", folder / "theirs.tsr"
            town.yuxin("tsa", "request", clerk.text, "--query-only", "--digest", "sha384", "--out", query)
            run("openssl", "ts", "-reply", "-config", folder / "tsa.cnf", "-queryfile", query, "-out", reply)
            verify = ("tsa", "verify", clerk.text, "--token", reply, "--trust", folder / "theirs-ca.pem")
            found = town.json(*verify)
            assert found["valid"] and found["accuracy_microseconds"] == 1500100 and found["ordering"] and found["policy"] == "1.2.3.4.1", found
            assert not town.json(*verify[:-1], town.root, expect=1)["valid"]
            octets = bytearray(reply.read_bytes())
            touched = folder / "touched.tsr"
            imprint = octets.index(hashlib.sha384(clerk.text.read_bytes()).digest())
            # in what the stamp is about, and in the signature at the end
            for place in (imprint - 20, imprint, imprint + 47, imprint + 55, len(octets) - 1, len(octets) - 50):
                octets[place] ^= 1
                touched.write_bytes(octets)
                octets[place] ^= 1
                done = town.yuxin(*verify[:4], touched, *verify[5:], expect=None)
                assert done.returncode == 1, (place, done.stdout, done.stderr)


def check_ours(town, clerk):
    token, response = town.folder / "ours.tst", town.folder / "ours.tsr"
    found = town.json("tsa", "request", clerk.text, "--url", f"{town.url}/tsa", "--trust", town.root, "--out", token, "--response", response)
    run("openssl", "ts", "-verify", "-data", clerk.text, "-in", token, "-token_in", "-CAfile", town.root)
    run("openssl", "ts", "-verify", "-data", clerk.text, "-in", response, "-CAfile", town.root)
    assert town.json("tsa", "verify", clerk.text, "--token", token, "--trust", town.root)["serial"] == found["serial"]
    local = town.json("tsa", "request", clerk.text, "--digest", "sm3", "--out", token)  # beside the server, without it
    assert local["digest_algorithm"] == "SM3" and local["serial"] > found["serial"]
    assert "Not good" in town.yuxin("tsa", "verify", town.passphrase, "--token", token, expect=1).stdout


def stampers(town):
    return [c["serial"] for c in town.json("cert", "list", "--profile", "timestamp")["certificates"]]


def check_renewal(town, clerk):
    """A key that is old is replaced; what it has stamped stays good."""
    settings, before = town.online / "yuxin.toml", stampers(town)
    kept = settings.read_text()
    old, new = town.folder / "old.tst", town.folder / "new.tst"
    town.yuxin("tsa", "request", clerk.text, "--out", old)
    settings.write_text(kept.replace('key_renew_every      = "P1Y"', 'key_renew_every      = "PT1M"'))
    town.yuxin("tsa", "request", clerk.text, "--out", new)
    settings.write_text(kept)
    assert len(stampers(town)) == len(before) + 1 and set(before) < set(stampers(town))
    for token in (old, new):
        run("openssl", "ts", "-verify", "-data", clerk.text, "-in", token, "-token_in", "-CAfile", town.root)


def check_old_home(town, clerk):
    """A home that was made before there were time stamps gets what it needs when it is served."""
    settings = town.online / "yuxin.toml"
    settings.write_text(settings.read_text().split("\n[tsa]\n")[0])
    database = sqlite3.connect(town.online / "yuxin.db")
    database.executescript("DELETE FROM service_certificates WHERE purpose = 'tsa'; DROP TABLE tsa_blocks; DROP TABLE tsa_latest; "
                           "DELETE FROM schema_steps WHERE module = 'tsa';")
    database.close()
    query = clerk.query("-sha256", "-cert")
    with town.serve():
        clerk.judge(query, post(f"{town.url}/tsa", query.read_bytes())[2])
    assert town.json("audit", "verify")["good"]


def check_other_algorithms():
    for options, openssl_can in ((("--algorithms", "rsa"), True), (("--algorithms", "sm2"), False)):
        with city.City(options=options) as town:
            clerk = Clerk(town)
            with town.serve("--only", "tsa"):
                query = clerk.query("-sha256", "-cert")
                _, _, answer = post(f"{town.url}/tsa", query.read_bytes())
                if openssl_can:
                    clerk.judge(query, answer)
                assert town.get("/crl/issuing.crl")[0] == 404
            reply = town.folder / "reply.tsr"
            reply.write_bytes(answer)
            assert town.json("tsa", "verify", clerk.text, "--token", reply, "--trust", town.root)["valid"]
            if not openssl_can:
                settings = town.online / "yuxin.toml"
                settings.write_text(settings.read_text().replace("gm_form              = false", "gm_form              = true"))
                town.yuxin("tsa", "request", clerk.text, "--digest", "sm3", "--out", reply)
                assert bytes.fromhex("060a2a811ccf550601040202") in reply.read_bytes()  # 1.2.156.10197.6.1.4.2.2
                assert town.json("tsa", "verify", clerk.text, "--token", reply, "--trust", town.root)["valid"]


def main():
    with city.City() as town:
        clerk = Clerk(town)
        with town.serve():
            check_grants(town, clerk)
            check_refusals(town, clerk)
            check_ours(town, clerk)
            metrics = town.get("/metrics")[2].decode()
            assert 'yuxin_tsa_requests_total{answer="granted"}' in metrics and "yuxin_tsa_available 1" in metrics, metrics
        check_theirs(town, clerk)
        check_kills(town, clerk)
        check_time_source(town, clerk)
        check_renewal(town, clerk)
        check_old_home(town, clerk)
    check_other_algorithms()
    print(json.dumps({"time_stamp": "good"}))


main()
