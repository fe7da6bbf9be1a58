"""A demonstration city for tests of the whole program: made, served and asked with other people's tools.

    with city.City() as town:
        certificate = town.issue("portal", "tls-server", sans=["dns:portal.city.test"])
        with town.serve() as server:
            assert "good" in town.ocsp(certificate)
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PASSPHRASE = "correct horse battery staple"
YUXIN = os.environ.get("YUXIN", "build/release/yuxin")


def skip(why):
    """Ends the test as skipped, saying why."""
    print(f"SKIPPED: {why}")
    sys.exit(77)


def need(*programs):
    """Skips the test where one of the programs is not installed."""
    import shutil
    for program in programs:
        if not shutil.which(program):
            skip(f"{program} is not installed")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(*command, expect=0, text=True, **options):
    """Runs a program and gives the finished process; fails the test unless it ends with `expect` (None: any code)."""
    done = subprocess.run([str(word) for word in command], stdin=options.pop("stdin", subprocess.DEVNULL), capture_output=True, text=text,
                          check=False, timeout=options.pop("timeout", 120), **options)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"{' '.join(map(str, command))}\n  exit code {done.returncode}, expected {expect}\n  out: {done.stdout}\n  err: {done.stderr}")
    return done


class Server:
    """`yuxin serve` as a process; use it in a `with`, or stop it by hand."""

    def __init__(self, town, *options, unlock=None):
        self.town = town
        self.log = open(town.folder / "serve.log", "ab")
        self.process = subprocess.Popen(
            [YUXIN, "--home", str(town.online), *map(str, unlock or ("--passphrase-file", town.passphrase)), "serve", "--public-port", str(town.public_port),
             "--ra-port", str(town.ra_port), *options], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def wait_until_ready(self, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.town.url}/readyz", timeout=2) as reply:
                    if reply.status == 200:
                        return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError("the server is not ready:\n" + (self.town.folder / "serve.log").read_text(errors="replace"))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=20):
        """Asks the server to stop and gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=seconds)
        finally:
            self.log.close()

    def __enter__(self):
        return self.wait_until_ready()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


class City:
    """A fresh city in a folder of its own, with the ports that its certificates name."""

    def __init__(self, folder=None, preset="quickstart", options=()):
        self.temporary = None if folder else tempfile.TemporaryDirectory(prefix="yuxin-test-", ignore_cleanup_errors=True)
        self.folder = pathlib.Path(folder or self.temporary.name)
        self.public_port, self.ra_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.public_port}"
        self.passphrase = self.folder / "pass"
        self.passphrase.write_text(PASSPHRASE + "\n")
        self.passphrase.chmod(0o600)
        self.online, self.root_home = self.folder / "city/online", self.folder / "city/root"
        run(YUXIN, "init", self.folder / "city", "--preset", preset, "--org", "Test City", "--public-url", self.url, "--passphrase-file",
            self.passphrase, "--yes", *options)
        self.root, self.issuing = self.folder / "root.pem", self.folder / "issuing.pem"
        self.root.write_text(self.yuxin("ca", "show", "root", "--pem").stdout)
        self.issuing.write_text(self.yuxin("ca", "show", "issuing", "--pem").stdout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.temporary:
            self.temporary.cleanup()

    def yuxin(self, *words, expect=0, **options):
        """Runs the program on the online home."""
        return run(YUXIN, "--home", self.online, "--passphrase-file", self.passphrase, *words, expect=expect, **options)

    def json(self, *words, expect=0):
        return json.loads(self.yuxin("--json", *words, expect=expect).stdout)

    def request(self, name, subject=None, newkey=("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), options=()):
        """A request made by openssl: gives its path; the key lies beside it."""
        csr = self.folder / f"{name}.csr"
        run("openssl", "req", "-new", "-newkey", *newkey, "-nodes", "-keyout", self.folder / f"{name}.key", "-out", csr, "-subj",
            subject or f"/C=CN/O=Test City/CN={name}", *options)
        return csr

    def issue(self, name, profile, csr=None, sans=(), options=()):
        """Issues for a request (a new one, unless given) and gives the path of the certificate."""
        csr = csr or self.request(name)
        out = self.folder / f"{name}.pem"
        words = [word for san in sans for word in ("--san", san)]
        self.yuxin("cert", "issue", "--ca", "issuing", "--profile", profile, "--csr", csr, "--out", out, *words, *options)
        return out

    def found_roles(self):
        """Grants the two founding roles and SEC:ADM, to super, audadm and secadm."""
        people = {name: self.issue(name, "officer") for name in ("super", "audadm", "secadm")}
        self.yuxin("role", "grant", "CA.SUPER", "--to", people["super"], "--and", f"CA.AUDADM={people['audadm']}", "--yes")
        self.acting("super", "role", "grant", "SEC:ADM", "--to", people["secadm"], "--yes")

    def acting(self, name, *words, expect=0, **options):
        """Runs the program as somebody whose certificate was issued under that name."""
        identity = f"{self.folder / name}.pem,{self.folder / name}.key"
        return self.yuxin("--as", identity, *words, expect=expect, **options)

    def serial(self, certificate):
        return run("openssl", "x509", "-in", certificate, "-noout", "-serial").stdout.strip().split("=")[1]

    def revoke(self, certificate, reason="keyCompromise", expect=0):
        return self.yuxin("cert", "revoke", self.serial(certificate), "--reason", reason, "--yes", expect=expect)

    def serve(self, *options, unlock=None):
        """A server; `unlock` are the options that unlock the home, instead of the passphrase."""
        return Server(self, *options, unlock=unlock)

    def ocsp(self, certificate, *options):
        """What openssl's OCSP client says, after it has verified the answer."""
        done = run("openssl", "ocsp", "-CAfile", self.root, "-issuer", self.issuing, "-cert", certificate, "-url", f"{self.url}/ocsp", *options)
        text = done.stdout + done.stderr
        if "Response verify OK" not in text:
            raise AssertionError(f"openssl does not accept the answer:\n{text}")
        return text

    def get(self, path, timeout=10):
        """GETs a path of the public port: gives (status, header fields, body)."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=timeout) as reply:
                return reply.status, dict(reply.headers), reply.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()
