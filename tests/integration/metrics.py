"""What the server says of itself: /metrics counts what was asked, and is whole from the server's first moment to its last, however many ask."""
import http.client
import threading

import city

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
    grown = {name: after[name] - before[name] for name in after}
    assert grown["yuxin_http_requests_total"] == 6, grown  # five questions, and the second look at the counts
    # openssl sends a nonce, so each answer is signed for it.
    assert grown['yuxin_ocsp_requests_total{answer="live"}'] == 5, grown
    assert grown['yuxin_ocsp_signed_total{status="good"}'] == 5, grown
    assert grown["yuxin_http_malformed_total"] == 0, grown
