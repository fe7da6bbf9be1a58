"""The REST interface under a crowd, and under requests that are made from its own document. YUXIN_FUZZ_SEED replays the latter."""
import base64
import concurrent.futures
import json
import os
import random
import subprocess
import time

import rest_fuzz
from rest_office import Office


def check_fuzz(office, seed):
    """Requests made from the document, right and wrong: every answer is one that it promises, and none is a fault of the server."""
    cases = [one["case"] for one in office.checked("li", "GET", "/v1/cases?which=all").json()["cases"]]
    values = cases + ["certificate-request", "leaver", "person-signing", "review", "submit", "RA.REVIEW", "OFFICE", office.town.serial(office.people["li"]),
                      "C=CN, O=Test City, CN=nobody", base64.b64encode(b"no request").decode()]
    fuzz = rest_fuzz.Fuzz(office.judge.document, seed, values)
    clients = [office.client(who, keep=True) for who in ("super", "auditor", "bizadm", "li", "zhao", "chen", "far", "nobody")]
    answers = {}
    for index in range(1200):
        method, target, fields, octets = fuzz.request()
        client = clients[index % len(clients)]
        try:
            answer = client.call(method, target, raw=octets, fields=fields)
        except OSError:
            client.connection = None  # a request that was no HTTP ends its connection
            continue
        answers[answer.status] = answers.get(answer.status, 0) + 1
        assert answer.status < 500, (seed, method, target, octets, answer)
        if answer.media == "application/problem+json" and answer.json()["type"] == "about:blank":
            assert answer.status in (400, 404, 405, 413, 414, 431), (method, target, answer)  # of the HTTP server, before any path is known
            continue
        office.judge.answer(method, target, answer)
    assert answers.get(200, 0) > 50 and len(answers) >= 5, answers
    print(f"fuzzed with seed {seed}: {dict(sorted(answers.items()))}, {office.judge.judged} answers judged")


def check_crowd(office, clients=50, each=10, clerks=10):
    """Five hundred applications from fifty terminals at once, of ten clerks who use five each: none is lost, and none is there twice."""
    town = office.town

    def engage(clerk):
        town.issue(f"clerk-{clerk}", "officer")
        office.grant(f"clerk-{clerk}", "RA.INPUT")

    def terminal(client):
        table = town.folder / f"terminal-{client}.csv"
        rows = [f"{town.folder}/crowd-{index}.csr,person-signing,N{index},公开,护照,X{index},{office.paper}" for index in range(client * each, (client + 1) * each)]
        table.write_text("\n".join(["csr,profile,name,classification,id_type,id_no,attach:identity", *rows]) + "\n")
        return f"clerk-{client % clerks}", table

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda index: town.request(f"crowd-{index}"), range(clients * each)))
        list(pool.map(engage, range(clerks)))
    tables = [terminal(client) for client in range(clients)]
    before = {one["case"] for one in office.town.json("request", "list", "--all", "--limit", "5000")["cases"]}
    begin = time.monotonic()
    crowd = [subprocess.Popen(office.terminal_command(who, "--json", "request", "batch", table, "--yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
             for who, table in tables]
    told = [process.communicate(timeout=500) for process in crowd]
    seconds = time.monotonic() - begin
    assert all(process.returncode == 0 for process in crowd), [err for process, (_, err) in zip(crowd, told) if process.returncode != 0][:3]
    numbers = [json.loads(line)["case"] for out, _ in told for line in out.splitlines()]
    assert len(numbers) == len(set(numbers)) == clients * each
    after = [one for one in office.town.json("request", "list", "--all", "--limit", "5000")["cases"] if one["case"] not in before]
    assert {one["case"] for one in after} == set(numbers)
    assert sorted(one["form"]["name"] for one in after) == sorted(f"N{index}" for index in range(clients * each))
    assert office.town.json("audit", "verify")["problems"] == []
    print(f"{clients * each} applications from {clients} clients in {seconds:.1f} s")


def main():
    office = Office()
    try:
        check_fuzz(office, int(os.environ.get("YUXIN_FUZZ_SEED", random.randrange(1 << 30))))
        check_crowd(office)
    finally:
        ended = office.server.stop()
    assert ended == 0
    print("the interface holds")


main()
