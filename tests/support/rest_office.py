"""A city with a registration office whose officers work over the network."""
import concurrent.futures
import json
import re

import city
import rest_client

FORM = ["--field", "name=Wei", "--field", "classification=公开", "--field", "id_type=护照", "--field", "id_no=X1"]


class Office:
    """A city with officers, its server, and terminals that know of it an address, a root and their own key."""

    def __init__(self):
        self.town = town = city.City()
        names = ("super", "auditor", "bizadm", "li", "wang", "zhao", "chen", "far", "nobody")
        # every command opens the home by its passphrase, which is dear on purpose: those that do not wait for each other go side by side
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.people = dict(zip(names, pool.map(lambda name: town.issue(name, "person-signing"), names)))
        town.yuxin("role", "grant", "CA.SUPER", "--to", self.people["super"], "--and", f"CA.AUDADM={self.people['auditor']}", "--yes")
        town.acting("super", "role", "grant", "RA.BIZADM", "--to", self.people["bizadm"], "--yes")
        grants = (("li", "RA.INPUT"), ("wang", "RA.REVIEW"), ("chen", "RA.REVIEW"), ("zhao", "RA.MAKE"), ("far", "RA.REVIEW", "--scope", "profile:device"))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda grant: self.grant(*grant), grants))
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
