"""What the server says of itself: /metrics counts what was asked, and is whole from the server's first moment to its last, however many ask."""
import calendar
import http.client
import threading
import time

import city
from city import run

city.need("openssl")
ROUNDS = 3


def read(text):
    """The samples of the Prometheus text format by name; every sample is announced by its HELP and TYPE."""
    samples, announced = {}, set()
    for line in text.splitlines():
        if line.startswith("#"):
            announced.add(line.split()[2])
        else:
            name, value = line.rsplit(" ", 1)
            assert name.split("{")[0] in announced, f"{name} is not announced"
            samples[name] = int(value)
    return samples


def seconds(line):
    """What openssl prints: notAfter=Nov 26 03:01:12 2046 GMT."""
    return calendar.timegm(time.strptime(line.strip().split("=")[1], "%b %d %H:%M:%S %Y %Z"))


class Askers:
    """Threads that ask for /metrics without pause, also while nobody listens yet or any more."""

    def __init__(self, town, count):
        self.town, self.ending, self.answers, self.faults = town, threading.Event(), 0, []
        self.threads = [threading.Thread(target=self.ask) for _ in range(count)]

    def ask(self):
        while not self.ending.is_set():
            try:
                status, _, body = self.town.get("/metrics")
            except (OSError, http.client.HTTPException):
                self.ending.wait(0.005)
                continue
            try:
                assert status in (200, 503), status
                if status == 200:
                    assert "yuxin_ocsp_cached_answers" in read(body.decode())
                    self.answers += 1
            except (AssertionError, ValueError) as fault:
                self.faults.append(fault)
                return

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()


with city.City() as town:
    certificate = town.issue("portal.city.test", "tls-server", sans=["dns:portal.city.test"])
    for _ in range(ROUNDS):
        with Askers(town, 3) as askers:
            server = town.serve().__enter__()
            assert "good" in town.ocsp(certificate)
            code = server.stop()
        assert code == 0, (town.folder / "serve.log").read_text(errors="replace")
        assert not askers.faults, askers.faults
        assert askers.answers > 0

    with town.serve():
        before = read(town.get("/metrics")[2].decode())
        for _ in range(5):
            town.ocsp(certificate)
        after = read(town.get("/metrics")[2].decode())
        fetched = {name: town.get(f"/crl/{name}.crl")[2] for name in ("issuing", "root", "roles")}
    # what ends when, as openssl reads it from the certificates and lists themselves
    for name, file in (("issuing", town.issuing), ("root", town.root)):
        end = run("openssl", "x509", "-in", file, "-noout", "-enddate").stdout
        assert after[f'yuxin_certificate_not_after_seconds{{kind="authority",authority="{name}"}}'] == seconds(end), (name, end)
    for kind, profile in (("ocsp", "ocsp-responder"), ("tsa", "timestamp"), ("attribute-authority",) * 2, ("ledger",) * 2):
        row = town.json("cert", "list", "--profile", profile)["certificates"][0]
        file = town.folder / "service.pem"
        file.write_text(town.yuxin("cert", "export", row["serial"]).stdout)
        end = run("openssl", "x509", "-in", file, "-noout", "-enddate").stdout
        assert after[f'yuxin_certificate_not_after_seconds{{kind="{kind}",authority="issuing"}}'] == seconds(end), (kind, end)
    for name in ("issuing", "root", "roles"):
        (town.folder / "list.crl").write_bytes(fetched[name])
        update = run("openssl", "crl", "-inform", "DER", "-in", town.folder / "list.crl", "-noout", "-nextupdate").stdout
        assert after[f'yuxin_list_next_update_seconds{{list="{name}"}}'] == seconds(update), (name, update)
    grown = {name: after[name] - before[name] for name in after}
    assert grown["yuxin_http_requests_total"] == 6, grown  # five questions, and the second look at the counts
    # openssl sends a nonce, so each answer is signed for it.
    assert grown['yuxin_ocsp_requests_total{answer="live"}'] == 5, grown
    assert grown['yuxin_ocsp_signed_total{status="good"}'] == 5, grown
    assert grown["yuxin_http_malformed_total"] == 0, grown
