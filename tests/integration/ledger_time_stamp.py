"""Time stamps on checkpoints, made by somebody else's authority (openssl ts behind a small HTTP server): asked for, kept, checked,
exported, served; openssl verifies what was exported; a token that is about something else, changed, or by an authority that is not
believed is found. An authority that refuses or is away stops nothing."""
import http.server
import json
import pathlib
import sqlite3
import subprocess
import threading
import time

import city
from city import YUXIN, run

city.need("openssl")

SETTINGS = """
[ tsa ]
default_tsa = one
[ one ]
dir = {folder}
serial = $dir/serial
crypto_device = builtin
signer_cert = $dir/tsa.pem
certs = $dir/tsa-root.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def make_authority(folder):
    """A root and a time stamping certificate under it, by openssl."""
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "tsa-root.key", "-out", folder / "tsa-root.pem", "-subj",
        "/CN=Foreign root", "-days", "30", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-subj", "/CN=Foreign TSA")
    (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\nbasicConstraints=critical,CA:FALSE\n")
    run("openssl", "x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "tsa-root.pem", "-CAkey", folder / "tsa-root.key", "-CAcreateserial",
        "-days", "20", "-out", folder / "tsa.pem", "-extfile", folder / "ext")
    (folder / "tsa.cnf").write_text(SETTINGS.format(folder=folder))


class Authority(http.server.BaseHTTPRequestHandler):
    """Answers with what `openssl ts -reply` makes, or as `mood` says."""
    folder, mood = None, "good"

    def do_POST(self):  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        if self.mood == "busy":
            self.send_error(503)
            return
        query, answer = self.folder / "query", self.folder / "answer"
        query.write_bytes(body)
        if self.mood == "replay":
            octets = (self.folder / "first").read_bytes()
        else:
            subprocess.run(["openssl", "ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", query, "-out", answer], check=True,
                           capture_output=True)
            octets = answer.read_bytes()
        if not (self.folder / "first").exists():
            (self.folder / "first").write_bytes(octets)
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_):
        pass


def set_settings(town, url, trust):
    file = town.online / "yuxin.toml"
    lines = []
    for line in file.read_text().splitlines():
        if line.startswith("time_stamp_url"):
            line = f'time_stamp_url = "{url}"'
        if line.startswith("time_stamp_trust"):
            line = f'time_stamp_trust = "{trust}"'
        lines.append(line)
    file.write_text("\n".join(lines) + "\n")


def checkpoint(town, *words):
    return town.yuxin("audit", "checkpoint", *words)


def verify(town, *words, expect=0):
    return run(YUXIN, "--home", town.online, "audit", "verify", *words, expect=expect)


def kept(town):
    return json.loads(run(YUXIN, "--home", town.online, "--json", "audit", "checkpoint").stdout)


def tamper(town, sql):
    """A change by somebody who keeps the tokens of before in a database of their own."""
    with sqlite3.connect(town.online / "yuxin.db") as db:
        db.execute("ATTACH ? AS kept", (str(town.folder / "kept.db"),))
        db.execute(sql)


def export_and_judge(town, folder):
    run(YUXIN, "--home", town.online, "audit", "checkpoint", "--quiet", "--out", folder / "cp.txt", "--time-stamp-out", folder / "cp.tst")
    note = (folder / "cp.txt").read_text()
    (folder / "body").write_text(note[:note.rindex("\n\n") + 1])
    judged = run("openssl", "ts", "-verify", "-data", folder / "body", "-in", folder / "cp.tst", "-token_in", "-CAfile", folder / "tsa-root.pem")
    assert "Verification: OK" in judged.stdout + judged.stderr
    # the auditor with the files alone
    words = ("--checkpoint", folder / "cp.txt", "--time-stamp", folder / "cp.tst")
    assert "Time-stamped at" in verify(town, *words, "--time-stamp-trust", folder / "tsa-root.pem").stdout
    done = verify(town, *words, "--time-stamp-trust", town.root, expect=6)
    assert "FAIL" in done.stdout


def refusals(town, handler):
    """What an authority may do wrong; the checkpoint is signed all the same."""
    handler.mood = "busy"
    town.issue("beta", "tls-client")
    assert "No time stamp came: The time-stamping authority at" in checkpoint(town).stderr
    assert kept(town)["time_stamp"] is None
    handler.mood = "replay"  # an answer to another request
    assert "No time stamp came: " in checkpoint(town).stderr and kept(town)["time_stamp"] is None
    handler.mood = "good"
    set_settings(town, kept_url(town), str(town.root))  # another root is believed
    assert "No time stamp came: " in checkpoint(town).stderr and kept(town)["time_stamp"] is None
    set_settings(town, kept_url(town), "tsa-root.pem")
    checkpoint(town)
    assert kept(town)["time_stamp"]["authority"] == "CN=Foreign TSA"
    verify(town)


def kept_url(town):
    for line in (town.online / "yuxin.toml").read_text().splitlines():
        if line.startswith("time_stamp_url"):
            return line.split('"')[1]
    raise AssertionError


def attacks(town):
    tamper(town, "CREATE TABLE kept.saved AS SELECT * FROM main.ledger_time_stamps")
    for sql, says in (
            ("UPDATE ledger_time_stamps SET token = (SELECT token FROM kept.saved ORDER BY checkpoint LIMIT 1)", "The time stamp on the checkpoint of"),
            ("UPDATE ledger_time_stamps SET token = CAST(substr(token, 1, length(token) - 1) || x'00' AS BLOB)", "The time stamp on the checkpoint of"),
            ("UPDATE ledger_time_stamps SET token = x'3000'", "The time stamp on the checkpoint of")):
        tamper(town, sql)
        done = verify(town, expect=6)
        assert says in done.stdout, done.stdout
        tamper(town, "UPDATE ledger_time_stamps SET token = (SELECT token FROM kept.saved WHERE kept.saved.checkpoint = ledger_time_stamps.checkpoint)")
        verify(town)


def served(town, folder):
    """The server asks by itself, and gives out what it got."""
    town.issue("gamma", "tls-client")
    with town.serve():
        for _ in range(100):
            if kept(town)["time_stamp"] is not None:
                break
            time.sleep(0.2)
        size = kept(town)["records"]
        assert kept(town)["time_stamp"] is not None
        status, fields, token = town.get(f"/checkpoint/{size}.tst")
        assert status == 200 and fields["Content-Type"] == "application/vnd.etsi.timestamp-token"
        (folder / "served.tst").write_bytes(token)
        status, fields, note = town.get(f"/checkpoint/{size}")
        assert status == 200 and fields["Cache-Control"] == "public, max-age=3600" and fields["ETag"].startswith('"')
        (folder / "body").write_bytes(note[:note.rindex(b"\n\n") + 1])
        run("openssl", "ts", "-verify", "-data", folder / "body", "-in", folder / "served.tst", "-token_in", "-CAfile", folder / "tsa-root.pem")
        status, fields, newest = town.get("/checkpoint")
        assert status == 200 and newest == note and "max-age" in fields["Cache-Control"]
        for path in ("/checkpoint/", "/checkpoint/01", "/checkpoint/-1", "/checkpoint/999999", "/checkpoint/1x", "/checkpoint/999999.tst",
                     "/checkpoint/99999999999999999999", "/checkpoint/.tst"):
            status, fields, _ = town.get(path)
            assert status == 404 and fields["Content-Type"] == "application/problem+json", path


def keep(town):
    """What puts the home back as it is now: the database alone would be an older copy than its lists, and is found out."""
    before = (town.online / "yuxin.db").read_bytes()
    lists = town.online / "published" / "crl"
    files = {file.name: file.read_bytes() for file in lists.iterdir()}

    def put_back():
        (town.online / "yuxin.db").write_bytes(before)
        for file in lists.iterdir():
            file.unlink()
        for name, octets in files.items():
            (lists / name).write_bytes(octets)
    return put_back


def revoked_authority(town):
    """Stamps outlive a certificate that was replaced, but not a key that somebody else had."""
    serial = next(row["serial"] for row in json.loads(run(YUXIN, "--home", town.online, "--json", "cert", "list").stdout)["certificates"]
                  if row["profile"] == "timestamp")
    put_back = keep(town)
    time.sleep(1)  # a stamp of the very second of the revocation was not before it
    town.yuxin("cert", "revoke", serial, "--reason", "superseded", "--yes")
    verify(town)
    put_back()
    town.yuxin("cert", "revoke", serial, "--reason", "keyCompromise", "--yes")
    assert "this stamp proves nothing" in verify(town, expect=6).stdout
    put_back()


def own_authority(town):
    """Where the settings name nobody, the home's own authority stamps: only in the server, and it is checked like any other."""
    town.issue("alpha", "tls-client")
    checkpoint(town)
    assert kept(town)["time_stamp"] is None
    with town.serve():
        for _ in range(100):
            if kept(town)["time_stamp"] is not None:
                break
            time.sleep(0.2)
    stamps = json.loads(run(YUXIN, "--home", town.online, "--json", "audit", "verify").stdout)["time_stamps"]
    assert stamps >= 1, stamps
    revoked_authority(town)
    tamper(town, "UPDATE ledger_time_stamps SET checkpoint = (SELECT min(id) FROM ledger_checkpoints)")
    assert "The time stamp on the checkpoint of" in verify(town, expect=6).stdout


def main():
    with city.City() as town:
        own_authority(town)
    with city.City() as town:
        folder = pathlib.Path(town.folder)
        make_authority(folder)
        handler = type("Handler", (Authority,), {"folder": folder})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        set_settings(town, f"http://127.0.0.1:{server.server_address[1]}/tsa", "tsa-root.pem")
        (town.online / "tsa-root.pem").write_text((folder / "tsa-root.pem").read_text())

        town.issue("alpha", "tls-client")
        said = checkpoint(town).stderr
        assert "Time-stamped at" in said and "CN=Foreign TSA" in said, said
        assert kept(town)["time_stamp"]["authority"] == "CN=Foreign TSA"
        assert json.loads(run(YUXIN, "--home", town.online, "--json", "audit", "verify").stdout)["time_stamps"] == 1
        assert "CN=Foreign TSA" in run(YUXIN, "--home", town.online, "audit", "checkpoint", "--print").stdout
        export_and_judge(town, folder)

        # whoever has only the database cannot know whom to believe, and is told so
        with sqlite3.connect(town.online / "yuxin.db") as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (folder / "copy.db").write_bytes((town.online / "yuxin.db").read_bytes())
        words = (YUXIN, "audit", "verify", folder / "copy.db", "--key", town.online / "keys/ledger.pub")
        assert "nobody said that their authority is to be believed" in run(*words).stderr
        assert "nobody said" not in run(*words, "--time-stamp-trust", folder / "tsa-root.pem").stderr

        refusals(town, handler)
        attacks(town)
        served(town, folder)
        server.shutdown()


if __name__ == "__main__":
    main()
