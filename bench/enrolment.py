#!/usr/bin/env python3
"""What a whole enrolment costs a server, against one certificate of bench_issue in the same run.

A real `yuxin serve` on a home in a temporary folder; its processor time is read from /proc, so that what the clients spend (they are
Python) does not count. Several clients at once, each waiting for its certificate before it asks for the next.

  EST, one connection    simpleenroll, HTTP Basic, over TLS connections that stay open
  EST, a connection each the same, with a full TLS handshake for every certificate, as devices do
  ACME                   newOrder, its authorization, http-01 (looked up, fetched, CAA), finalize, the certificate; over open connections

  bench/enrolment.py [CERTIFICATES] [CLIENTS]
"""
import base64
import concurrent.futures
import http.client
import os
import pathlib
import re
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("YUXIN", str(TOP / "build/release/yuxin"))
sys.path[:0] = [str(TOP / "tests/support"), str(TOP / "tests/integration")]

import city  # noqa: E402  (needs the paths)

try:
    import _acme_world as acme
except ImportError as error:
    city.skip(f"Python's cryptography is not installed ({error})")

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

TICK = 1 / os.sysconf("SC_CLK_TCK")
DOMAIN = "bench.test"
ROUNDS = 3


def processor_time(process):
    """User and system seconds of all threads of a process so far."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def requests(prefix, count):
    """Certificate requests with a P-256 key each, as DER."""
    made = []
    for number in range(count):
        name = f"{prefix}-{number}.{DOMAIN}"
        made.append(x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
                    .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
                    .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(serialization.Encoding.DER))
    return made


class Connection:
    """HTTPS to the registration interface, kept open while the server keeps it."""

    def __init__(self, town, context):
        self.made = http.client.HTTPSConnection("localhost", town.ra_port, context=context, timeout=60)

    def ask(self, method, path, body=None, fields=None):
        self.made.request(method, path, body, fields or {})
        reply = self.made.getresponse()
        return reply, reply.read()


class Town:
    """A city with a client for each protocol, a resolver, and a port for challenges."""

    def __init__(self, folder):
        self.town = city.City(folder)
        self.context = ssl.create_default_context(cafile=str(self.town.root))
        self.resolver = acme.Resolver(folder / "txt")
        self.web_port = city.free_port()
        settings = {"resolver": f'"127.0.0.1:{self.resolver.port}"', "http01_port": self.web_port, "local_addresses": "true"}
        file = self.town.online / "yuxin.toml"
        text = file.read_text()
        for key, value in settings.items():
            text, changed = re.subn(rf"^({key} *= ).*?( *#.*)?$", rf"\g<1>{value}", text, flags=re.M)
            assert changed == 1, key
        file.write_text(text)
        self.secrets = {}
        for protocol in ("est", "acme"):
            out = folder / f"{protocol}.secret"
            self.town.yuxin("client", "add", protocol, "--protocol", protocol, "--profile", "tls-server", "--under", DOMAIN, "--secret-out", out)
            self.secrets[protocol] = out.read_text().strip()
        self.binding = ("acme", acme.hmac.digest(acme.hashlib.sha256(self.secrets["acme"].encode()).digest(), b"yuxin acme external account binding",
                                                 "sha256"))


def est_enrolments(made, asked, threads, fresh):
    """Enrols once for each request: by connections that stay open, or with one for each."""
    fields = {"Content-Type": "application/pkcs10", "Authorization": "Basic " + base64.b64encode(f"est:{made.secrets['est']}".encode()).decode()}
    mine = threading.local()

    def enrol(der):
        connection = None if fresh else getattr(mine, "connection", None)
        if connection is None:
            connection = mine.connection = Connection(made.town, made.context)
        reply, body = connection.ask("POST", "/.well-known/est/simpleenroll", base64.encodebytes(der), fields)
        assert reply.status == 200, (reply.status, body)
        if fresh:
            connection.made.close()

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        list(pool.map(enrol, asked))


class KeptOpen(acme.Client):
    """The client of the tests over one connection, as certbot has it."""

    def __init__(self, made):
        self.kept = Connection(made.town, made.context)
        super().__init__(f"https://localhost:{made.town.ra_port}/acme/directory", made.town.root)

    def http(self, url, method="GET", body=None, content_type=None):
        reply, octets = self.kept.ask(method, "/" + url.split("/", 3)[3], body, {"Content-Type": content_type} if content_type else {})
        got = acme.Reply(reply.status, reply.headers, octets)
        if got.headers.get("Replay-Nonce"):
            self.nonces.append(got.headers["Replay-Nonce"])
        return got


class Challenges:
    """The web server of all names that are proved: it knows what each token wants."""

    def __init__(self, port):
        self.texts = {}
        challenges = self

        class Handler(acme.http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = challenges.texts.get(self.path.rsplit("/", 1)[-1], "").encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = acme.http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, challenge, text):
        self.texts[challenge["token"]] = text


def acme_enrolments(made, clients, challenges, prefix, count):
    """Each client takes its part of `count` orders, one after the other."""

    def work(number):
        client = clients[number]
        for turn in range(number, count, len(clients)):
            name = f"{prefix}-{turn}.{DOMAIN}"
            url, order = client.order(name)
            for authorization in order["authorizations"]:
                assert client.prove(authorization, "http-01", challenges.put)["status"] == "valid"
            client.finalize(order, [name])
            assert client.certificate(url).count("BEGIN CERTIFICATE") >= 2

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(work, range(len(clients))))


def measured(server, count, act):
    """Processor seconds of the server, and seconds that passed, for each of `count`."""
    cpu, wall = processor_time(server.process), time.monotonic()
    act()
    return (processor_time(server.process) - cpu) / count, (time.monotonic() - wall) / count


def issuing_cost(count):
    """Processor seconds of one certificate, by bench_issue."""
    text = subprocess.run([TOP / "build/release/bench_issue", str(count), "3"], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"one certificate, .* ([0-9.]+) us CPU", text)[1]) / 1e6


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    results = {"EST, one connection": [], "EST, a connection each": [], "ACME": []}
    issuing = [issuing_cost(count)]
    with tempfile.TemporaryDirectory(prefix="yuxin-bench-", ignore_cleanup_errors=True) as folder:
        made = Town(pathlib.Path(folder))
        challenges = Challenges(made.web_port)
        with made.town.serve() as server:
            clients = [KeptOpen(made) for _ in range(threads)]
            for client in clients:
                client.register(made.binding)
            for turn in range(ROUNDS + 1):
                round_of = {}
                for name, fresh in (("EST, one connection", False), ("EST, a connection each", True)):
                    asked = requests(f"r{turn}{'f' if fresh else 'k'}", count)
                    round_of[name] = measured(server, count, lambda: est_enrolments(made, asked, threads, fresh))
                round_of["ACME"] = measured(server, count, lambda: acme_enrolments(made, clients, challenges, f"a{turn}", count))
                if turn:  # the first warms everything up
                    for name, result in round_of.items():
                        results[name].append(result)
        challenges.server.shutdown()
    issuing.append(issuing_cost(count))
    base = statistics.mean(issuing)
    print(f"one certificate by bench_issue         {base * 1e6:9.1f} us CPU   {1 / base:8.0f} a second of a processor")
    for name, rounds in results.items():
        cpu = statistics.median(one[0] for one in rounds)
        print(f"{name:38} {cpu * 1e6:9.1f} us CPU   {1 / cpu:8.0f} a second of a processor: {base / cpu:5.2f} of issuing   "
              f"({1 / statistics.median(one[1] for one in rounds):.0f} a second here, clients included)")


if __name__ == "__main__":
    main()
