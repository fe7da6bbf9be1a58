"""Notifications over the whole program: webhooks and mail in order, signed, again after failures and after kill -9, nothing lost;
judged by openssl and by Python's reader of mail."""
import base64
import email
import email.policy
import http.server
import json
import os
import pathlib
import re
import ssl
import threading
import time
import urllib.request

import city
import mail_server

PATIENCE = 60


class Receiver(http.server.ThreadingHTTPServer):
    """Takes webhooks; `answers` are the statuses of the next requests, or functions that are called and give none."""
    daemon_threads = True

    def __init__(self, port=0, certificate=None, key=None):
        self.answers, self.requests, self.lock = [], [], threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)
        self.port = self.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # who does not trust the certificate hangs up

    def taken(self):
        """The bodies of requests that were answered 200, in their order."""
        with self.lock:
            return [json.loads(body) for status, _, body in self.requests if status == 200]

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, (what, [(status, body) for status, _, body in self.requests])
            time.sleep(0.05)

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.answers.pop(0) if self.server.answers else 200
        if callable(answer):
            with self.server.lock:
                self.server.requests.append((None, dict(self.headers), body))
            answer()
            self.close_connection = True
            return
        with self.server.lock:
            self.server.requests.append((answer, dict(self.headers), body))
        self.send_response(answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def write_targets(town, text):
    (town.online / "notifications.toml").write_text(text)


def webhook(receiver, kinds='["certificate.*"]', scheme="http", extra="", name="hook"):
    return f'[[webhook]]\nname = "{name}"\nurl = "{scheme}://127.0.0.1:{receiver.port}/yuxin"\nkinds = {kinds}\n{extra}\n'


def mail(port, server="smtp", extra='tls = "none"', name="desk", language="zh"):
    return (f'[[mail]]\nname = "{name}"\nto = ["pki@city.test", "duty@city.test"]\nfrom = "yuxin@city.test"\n'
            f'server = "{server}://127.0.0.1:{port}"\nkinds = ["certificate.issued", "certificate.revoked"]\nlanguage = "{language}"\n{extra}\n')


def ledger(town, kind="certificate"):
    only = ["--kind", kind] if kind else []
    return [json.loads(line) for line in town.yuxin("--json", "audit", "log", *only, "--limit", "0").stdout.splitlines()]


def check_signature(town, headers, body):
    """By openssl, as a receiver would: over exactly the octets that came, under the city's root, for the purpose of signing mail."""
    (town.folder / "body.json").write_bytes(body)
    (town.folder / "body.der").write_bytes(base64.b64decode(headers["Yuxin-Signature"], validate=True))
    verify = ("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", town.folder / "body.der", "-CAfile", town.root, "-out", "/dev/null")
    city.run(*verify, "-content", town.folder / "body.json")
    (town.folder / "other.json").write_bytes(body.replace(b"certificate.", b"certificate,"))
    city.run(*verify, "-content", town.folder / "other.json", expect=4)


def check_order(town, receiver):
    """What was recorded before the target was known is not told; everything after is, in order, once."""
    write_targets(town, webhook(receiver))
    with town.serve() as server:
        first = wait_until_begun(town)
        for number in range(3):
            town.issue(f"host{number}", "device")
        town.revoke(town.folder / "host1.pem", "superseded")
        wanted = [one for one in ledger(town) if one["sequence"] >= first]
        last = wanted[-1]["sequence"]
        receiver.wait_for(lambda: any(one["record"]["index"] == last for one in receiver.taken()), "the revocation")
        metrics = urllib.request.urlopen(f"{town.url}/metrics", timeout=5).read().decode()
        assert server.stop() == 0
    taken = [one for one in receiver.taken() if first <= one["record"]["index"] <= last]
    wanted = [one for one in ledger(town) if first <= one["sequence"] <= last]
    assert [one["record"]["index"] for one in taken] == [one["sequence"] for one in wanted]
    for one, record in zip(taken, wanted):
        told = dict(one["record"])
        assert one["id"] == f"{one['origin']}/{told.pop('index')}" and one["origin"].startswith("yuxin.ledger/")
        assert told == {key: record[key] for key in ("actor", "data", "kind", "object", "time")}, (told, record)
    for _, headers, body in receiver.requests:
        assert headers["Content-Type"] == "application/json"
        check_signature(town, headers, body)
    sent = int(re.search(r'yuxin_notifications_sent_total\{target="hook"\} (\d+)', metrics)[1])
    assert sent >= len(wanted) - 1, metrics
    assert re.search(r'yuxin_notifications_waiting\{target="hook"\} \d', metrics), metrics


def wait_until_begun(town):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        rows = town.json("notify", "list")["targets"]
        if rows and all(row["begun"] for row in rows):
            return ledger(town, "")[-1]["sequence"] + 1
        time.sleep(0.1)
    raise AssertionError("no notifier has seen the target")


def check_again(town, receiver):
    """After 500, and while nobody listens: the same record is tried again, and what comes after it waits for it."""
    port = receiver.port
    before = len(receiver.requests)
    receiver.answers = [500]
    with town.serve():
        town.issue("again1", "device")
        receiver.wait_for(lambda: len(receiver.requests) > before, "the first attempt")
        row = town.json("notify", "list")["targets"][0]
        assert row["failures"] == 1 and "500" in row["reason"] and row["waiting"] >= 1, row
        town.issue("again2", "device")
        last = ledger(town)[-1]["sequence"]
        receiver.wait_for(lambda: receiver.taken()[-1]["record"]["index"] == last, "everything after the failure")
        ids = [json.loads(body)["id"] for _, _, body in receiver.requests[before:]]
        assert ids[0] == ids[1], ids
        receiver.close()
        town.issue("again3", "device")
        end = time.monotonic() + PATIENCE
        while town.json("notify", "list")["targets"][0]["failures"] == 0:
            assert time.monotonic() < end
            time.sleep(0.1)
        reopened = Receiver(port)
        last = ledger(town)[-1]["sequence"]
        reopened.wait_for(lambda: reopened.taken() and reopened.taken()[-1]["record"]["index"] == last, "what waited")
    row = town.json("notify", "list")["targets"][0]
    assert row["failures"] == 0 and row["waiting"] == 0 and "reason" not in row, row
    reopened.seen_before = receiver.taken()
    return reopened


def check_killed(town, receiver):
    """The server is killed when the other side has the record and it does not know yet: the record comes again, under the same name."""
    server = town.serve().wait_until_ready()
    before = len(receiver.requests)
    receiver.answers = [server.kill]
    town.issue("killed", "device")
    server.process.wait(timeout=PATIENCE)
    receiver.wait_for(lambda: len(receiver.requests) > before, "the attempt during which it is killed")
    with town.serve():
        last = ledger(town)[-1]["sequence"]
        receiver.wait_for(lambda: receiver.taken()[-1]["record"]["index"] == last, "everything after the kill")
    ids = [json.loads(body)["id"] for _, _, body in receiver.requests[before:]]
    assert ids[0] == ids[1], ids


def check_nothing_lost(town, receivers, first):
    told = [one["record"]["index"] for receiver in receivers for one in receiver.taken()]
    wanted = [one["sequence"] for one in ledger(town) if one["sequence"] >= first]
    assert told == sorted(told) and set(wanted) <= set(told), (sorted(set(wanted) - set(told)), told)


def check_mail(town):
    """What mail programs make of it: people's words in Chinese, a signature that openssl verifies, names that cannot do harm."""
    with mail_server.MailServer() as server:
        write_targets(town, mail(server.port))
        with town.serve():
            wait_until_begun(town)
            town.issue("portal", "device", town.request("portal", "/C=CN/O=Test City/CN=门户", options=("-utf8",)))
            message = server.wait_for(1)[0]
            town.revoke(town.folder / "portal.pem")
            server.wait_for(2)
        assert message.sender == "yuxin@city.test" and message.recipients == ["pki@city.test", "duty@city.test"]
        read = email.message_from_bytes(message.octets, policy=email.policy.default)
        assert not read.defects and read["To"] == "pki@city.test, duty@city.test" and read["From"] == "yuxin@city.test"
        assert town.serial(town.folder / "portal.pem") in read["Subject"], read["Subject"]
        assert read["Auto-Submitted"] == "auto-generated" and read["Message-ID"].endswith("@city.test>")
        assert read.get_content_type() == "multipart/signed" and read.get_param("micalg") == "sha-256"
        text, signature = read.iter_parts()
        assert signature.get_content_type() == "application/pkcs7-signature"
        assert f"issuing/{town.serial(town.folder / 'portal.pem')}" in text.get_content(), text.get_content()
        mailed = town.folder / "mail.eml"
        mailed.write_bytes(message.octets)
        signer = town.folder / "signer.pem"
        city.run("openssl", "cms", "-verify", "-inform", "SMIME", "-in", mailed, "-CAfile", town.root, "-signer", signer, "-out", "/dev/null")
        assert "email:yuxin@city.test" in city.run("openssl", "x509", "-in", signer, "-noout", "-ext", "subjectAltName").stdout
        boundary = read.get_boundary().encode()
        mailed.write_bytes(message.octets.replace(b"--" + boundary + b"\r\nContent-Type: text/plain;", b"--" + boundary + b"\r\nContent-type: text/plain;", 1))
        city.run("openssl", "cms", "-verify", "-inform", "SMIME", "-in", mailed, "-CAfile", town.root, "-out", "/dev/null", expect=4)
        assert "revoked" not in read["Subject"] and len({one.octets for one in server.messages}) == len(server.messages)


def check_words(town):
    """People read names and not keys: every kind of record and every member that this ledger holds has one, and a case is told by its definition."""
    source = (pathlib.Path(os.environ.get("YUXIN_SOURCE_DIR", ".")) / "notify/words.cpp").read_text()
    named = set(re.findall(r'\{"([a-z_.-]+)(?: [a-z.-]+)?", translatable', source))
    people = {name: town.issue(name, "officer") for name in ("super", "auditor", "bizadm", "li")}
    town.yuxin("role", "grant", "CA.SUPER", "--to", people["super"], "--and", f"CA.AUDADM={people['auditor']}", "--yes")
    town.acting("super", "role", "grant", "RA.BIZADM", "--to", people["bizadm"], "--yes")
    town.acting("bizadm", "role", "grant", "RA.INPUT", "--to", people["li"], "--yes")
    with mail_server.MailServer() as server:
        write_targets(town, mail(server.port).replace('"certificate.issued", "certificate.revoked"', '"case.*"'))
        with town.serve():
            wait_until_begun(town)
            town.acting("li", "request", "submit", "--leaver", "C=CN, O=Test City, CN=auditor", "--field", "name=auditor", "--field", "change=离职", "--field",
                        "last_day=2026-12-01T00:00:00Z", "--yes")
            read = email.message_from_bytes(server.wait_for(1)[0].octets, policy=email.policy.default)
    text = next(read.iter_parts()).get_content()
    lines = dict(re.split(r" {2,}", line.strip(), maxsplit=1) for line in text.splitlines() if line.startswith("  "))
    assert lines["流程"] == "人员离岗、调动" and lines["环节"] == "报告离岗" and "已报告" in lines.values(), text
    assert not {"REPORTED", "submit", "leaver"} & set(lines.values()), text
    for record in ledger(town, ""):
        unnamed = ({record["kind"]} | set(record["data"])) - named - {"owner"}
        assert not unnamed, (record["kind"], unnamed)


def check_tls(town):
    """TLS is demanded and verified: nothing goes to a server that does not prove itself, or offers none."""
    pem, key = town.folder / "tls.pem", town.folder / "tls.key"
    city.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", pem, "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2")
    (town.online / "mail.pass").write_text("s3cret words\n")
    trust = f'trust = "{pem}"'
    login = 'user = "pki"\npassword_file = "mail.pass"'

    def test(text, expect, says=""):
        write_targets(town, text)
        done = town.yuxin("notify", "test", "desk" if "[[mail]]" in text else "hook", expect=expect)
        assert re.search(says, done.stderr), done.stderr
        assert "s3cret" not in done.stderr

    with mail_server.MailServer(tls="implicit", certificate=pem, key=key) as server:
        test(mail(server.port, "smtps", ""), 7, "does not verify")
        assert not server.messages and not server.said, server.said
        test(mail(server.port, "smtps", trust), 0)
        assert len(server.messages) == 1
    with mail_server.MailServer(tls="starttls", certificate=pem, key=key, login=("pki", "s3cret words")) as server:
        test(mail(server.port, extra=trust + "\n" + login), 0)
        assert len(server.messages) == 1 and server.said[1] == "STARTTLS", server.said
        (town.online / "mail.pass").write_text("s3cret\n")
        test(mail(server.port, extra=trust + "\n" + login), 7, "user and password")
        test(mail(server.port, extra=trust), 7, "530")
        assert len(server.messages) == 1
    with mail_server.MailServer(unknown=("duty@city.test",)) as server:
        test(mail(server.port, extra=""), 7, "STARTTLS")
        assert not server.messages and not any(line.startswith("MAIL") for line in server.said), server.said
        test(mail(server.port), 7, "550")
        assert not server.messages
    receiver = Receiver(certificate=pem, key=key)
    test(webhook(receiver, scheme="https"), 7, "not trusted")
    assert not receiver.requests
    test(webhook(receiver, scheme="https", extra=trust), 0)
    assert json.loads(receiver.requests[0][2])["record"]["kind"] == "notification.test"
    receiver.answers = [302]
    test(webhook(receiver, scheme="https", extra=trust), 7, "302")
    receiver.close()


def main():
    city.need("openssl")
    with city.City() as town:
        receiver = Receiver()
        first = ledger(town, "")[-1]["sequence"] + 1
        check_order(town, receiver)
        reopened = check_again(town, receiver)
        check_killed(town, reopened)
        check_nothing_lost(town, [receiver, reopened], first)
        reopened.close()
        check_mail(town)
        check_words(town)
        check_tls(town)
        assert town.yuxin("audit", "verify").returncode == 0
    print("notifications: all good")


main()
