"""The REST interface and the officer's terminal: the same work over the network as on the home, in the officer's own hand, and what an attacker or a crowd
makes of it."""
import base64
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import time

import city
import rest_client

FORM = ["--field", "name=Wei", "--field", "classification=公开", "--field", "id_type=护照", "--field", "id_no=X1"]
FORM_JSON = {"name": "Wei", "classification": "公开", "id_type": "护照", "id_no": "X1"}


class Office:
    """A city with officers, its server, and terminals that know of it an address, a root and their own key."""

    def __init__(self):
        self.town = town = city.City()
        self.people = {name: town.issue(name, "person-signing") for name in ("super", "auditor", "bizadm", "li", "wang", "zhao", "chen", "far", "nobody")}
        town.yuxin("role", "grant", "CA.SUPER", "--to", self.people["super"], "--and", f"CA.AUDADM={self.people['auditor']}", "--yes")
        town.acting("super", "role", "grant", "RA.BIZADM", "--to", self.people["bizadm"], "--yes")
        for who, role in (("li", "RA.INPUT"), ("wang", "RA.REVIEW"), ("chen", "RA.REVIEW"), ("zhao", "RA.MAKE")):
            self.grant(who, role)
        self.grant("far", "RA.REVIEW", "--scope", "profile:device")
        approvals = town.online / "approvals.toml"
        approvals.write_text(approvals.read_text().replace("profiles  = []", 'profiles  = ["person-signing"]'))
        self.paper = town.folder / "id.pdf"
        self.paper.write_text("a copy")
        self.server = town.serve()
        self.server.wait_until_ready()
        self.away = town.folder / "nowhere"
        self.judge = rest_client.Judge(self.client(None).get("/v1/openapi.json").json())

    def grant(self, who, role, *words):
        self.town.acting("bizadm", "role", "grant", role, "--to", self.people.get(who) or self.town.folder / f"{who}.pem", *words, "--yes")

    def client(self, who, **options):
        return rest_client.Client(self.town.ra_port, self.town.root, self.town.folder / who if who else None, **options)

    def terminal_command(self, who, *words):
        """A terminal has no home: what it names as one is not there."""
        folder = self.town.folder
        return [str(word) for word in (city.YUXIN, "--home", self.away, "--server", f"https://127.0.0.1:{self.town.ra_port}", "--trust", self.town.root,
                                       "--as", f"{folder / who}.pem,{folder / who}.key", *words)]

    def terminal(self, who, *words, expect=0, **options):
        return city.run(*self.terminal_command(who, *words), expect=expect, **options)

    def as_json(self, who, *words, expect=0):
        return json.loads(self.terminal(who, "--json", *words, "--yes", expect=expect).stdout)

    def submit(self, name, who="li"):
        csr = self.town.request(name)
        return self.as_json(who, "request", "submit", "--profile", "person-signing", "--csr", csr, *FORM, "--attach", f"identity={self.paper}")["case"]

    def accepted(self, name):
        number = self.submit(name)
        self.as_json("li", "request", "accept", number)
        return number

    def refused(self, code, says, who, *words):
        done = self.terminal(who, *words, "--yes", expect=code)
        assert re.search(says, done.stderr), (words, says, done.stderr)

    def checked(self, who, method, path, body=None, status=200, key=None):
        """A call whose answer is held against the document."""
        client = self.client(who)
        answer = client.get(path) if method == "GET" else client.post(path, body, key)
        self.judge.answer(method, path, answer)
        assert answer.status == status, (who, method, path, answer)
        return answer


def check_way_of_a_request(office):
    """From the counter to the certificate, by officers who have nothing of the home."""
    number = office.submit("wei")
    shown = office.terminal("wang", "request", "list", "--mine").stdout
    assert number not in shown, shown
    office.terminal("li", "request", "accept", number, "--yes")
    done = office.terminal("wang", "--quiet", "request", "review", number, "--opinion", "as required", "--yes")
    assert done.stdout == f"Case {number} is reviewed now.\n", done.stdout
    # what a dry run shows is what would be signed, and it says the same as on the home
    there = office.terminal("zhao", "request", "approve", number, "--dry-run").stderr
    here = office.town.acting("zhao", "request", "approve", number, "--dry-run").stderr
    assert there == here and "request SHA-256" in there, (there, here)
    approved = office.as_json("zhao", "request", "approve", number)
    serial = approved["facts"]["serial"]
    assert approved["state"] == "APPROVED" and approved["effects"][0]["facts"]["serial"] == serial, approved
    pem = office.checked("li", "GET", f"/v1/cases/{number}/certificate").body
    (office.town.folder / "wei.pem").write_bytes(pem)
    assert "wei" in city.run("openssl", "x509", "-in", office.town.folder / "wei.pem", "-noout", "-subject").stdout
    # the holder signs for it with the new certificate, which opens the connection as well
    office.as_json("wei", "request", "hand-over", number)
    there = office.as_json("zhao", "request", "show", number)
    here = json.loads(office.town.acting("zhao", "--json", "request", "show", number).stdout)
    assert there == here and there["state"] == "DELIVERED", (there, here)
    assert office.terminal("zhao", "request", "show", number).stdout == office.town.acting("zhao", "request", "show", number).stdout
    office.refused(5, "nothing more is done to it", "zhao", "request", "reject", number, "--reason", "late")
    office.refused(4, "There is no case R-999", "zhao", "request", "show", "R-999")


def main():
    office = Office()
    check_way_of_a_request(office)
    print("done")


main()
