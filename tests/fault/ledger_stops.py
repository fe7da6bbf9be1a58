"""When the ledger cannot be written, nothing is done: issuing, revoking, holding and publishing a list refuse in one sentence with exit
code 6 or 7, no table and no published list changes, and a running server goes on answering OCSP. When the ledger can be written again,
so can everything else."""
import contextlib
import os
import pathlib
import shutil
import sqlite3
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
import _campaign  # noqa: E402
import city  # noqa: E402
from city import YUXIN, run  # noqa: E402

city.need("openssl")

RULES = {
    "refused by a rule": ("CREATE TRIGGER stop BEFORE INSERT ON ledger BEGIN SELECT raise(ABORT, 'read-only'); END", "DROP TRIGGER stop"),
    "swallowed by a rule": ("CREATE TRIGGER stop BEFORE INSERT ON ledger BEGIN SELECT raise(IGNORE); END", "DROP TRIGGER stop"),
    "taken back by a rule": ("CREATE TRIGGER stop AFTER INSERT ON ledger BEGIN DELETE FROM ledger WHERE sequence = new.sequence; END",
                             "DROP TRIGGER stop"),
}


def sql(town, statement):
    with contextlib.closing(sqlite3.connect(town.online / "yuxin.db", timeout=20)) as db:
        db.execute(statement)
        db.commit()


def commands(csr, serial, out):
    yield "issue", ("cert", "issue", "--ca", "issuing", "--profile", "tls-client", "--csr", csr, "--out", out)
    yield "revoke", ("cert", "revoke", serial, "--reason", "keyCompromise", "--yes")
    yield "hold", ("cert", "hold", serial, "--yes")
    yield "list", ("ca", "crl", "issuing")


def published(town, scratch):
    """What is in the tables, and the list that is handed out."""
    tables = _campaign.Tables(town.online, scratch / "copy")
    return tables.states, tables.list, town.get("/crl/issuing.crl")[2]


def check_all_refuse(why, town, csr, serial, scratch, before):
    out = scratch / "refused.pem"
    for name, command in commands(csr, serial, out):
        done = town.yuxin(*command, expect=None)
        said = done.stderr.strip().split("\n")[-1]
        assert done.returncode in (6, 7), f"{why}, {name}: exit code {done.returncode}: {done.stdout}{done.stderr}"
        assert "yuxin.db" in said and "sqlite" not in said and "trigger" not in said and done.stdout == "", f"{why}, {name}: {done}"
        assert not out.exists(), f"{why}, {name}: a certificate was written"
        assert published(town, scratch) == before, f"{why}, {name} was refused and changed something"


def answers(town, certificate, *words):
    text = town.ocsp(certificate)
    assert all(word in text for word in words), text
    assert town.get("/healthz")[0] == 200
    status, fields, note = town.get("/checkpoint")
    assert status == 200 and note.startswith(b"yuxin.ledger/"), (status, fields, note)


def rules(town, certificate, csr, scratch):
    serial = town.serial(certificate)
    for why, (make, undo) in RULES.items():
        before = published(town, scratch)
        sql(town, make)
        check_all_refuse(why, town, csr, serial, scratch, before)
        answers(town, certificate, ": good")
        found = run(YUXIN, "--home", town.online, "audit", "verify", expect=6)
        assert 'The database holds the rule "stop", which yuxin did not make.' in found.stdout, found.stdout
        sql(town, undo)
        works(town, csr, scratch, why)


def works(town, csr, scratch, name):
    out = scratch / f"{name.replace(' ', '-')}.pem"
    town.yuxin("cert", "issue", "--ca", "issuing", "--profile", "tls-client", "--csr", csr, "--out", out)
    town.revoke(out, "superseded")
    run(YUXIN, "--home", town.online, "audit", "verify")


def damage(town):
    """Garbage over the page that holds the end of the ledger; gives the octets that stood there."""
    with contextlib.closing(sqlite3.connect(town.online / "yuxin.db", timeout=20)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = db.execute("PRAGMA page_size").fetchone()[0]
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ledger'").fetchone()[0]
    with open(town.online / "yuxin.db", "r+b") as file:
        file.seek((root - 1) * size)
        whole = file.read(size)
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)
        return lambda: restore(town, (root - 1) * size, whole)


def restore(town, place, octets):
    with open(town.online / "yuxin.db", "r+b") as file:
        file.seek(place)
        file.write(octets)


def damaged(town, certificate, csr, scratch):
    before = town.get("/crl/issuing.crl")[2]
    undo = damage(town)
    out = scratch / "refused.pem"
    for name, command in commands(csr, town.serial(certificate), out):
        done = town.yuxin(*command, expect=6)
        assert "is damaged, or is no database" in done.stderr and done.stdout == "", f"damaged, {name}: {done}"
        assert not out.exists() and town.get("/crl/issuing.crl")[2] == before, name
    text = town.ocsp(certificate)
    assert ": good" in text, text
    undo()
    assert town.json("cert", "show", town.serial(certificate))["state"] == "good"
    works(town, csr, scratch, "after the damage")


def main():
    with tempfile.TemporaryDirectory(prefix="yuxin-test-") as folder, city.City() as town:
        scratch = pathlib.Path(folder)
        certificate = town.issue("alpha", "tls-client")
        csr = town.request("beta")
        town.yuxin("audit", "checkpoint", "--quiet")
        with town.serve() as server:
            answers(town, certificate, ": good")
            rules(town, certificate, csr, scratch)
            damaged(town, certificate, csr, scratch)
            assert server.stop() == 0
        shutil.rmtree(scratch / "copy", ignore_errors=True)


if __name__ == "__main__":
    main()
