"""The database of a home in the hands of somebody who can write to it, and has no key."""
import hashlib
import json
import sqlite3


def leaf(text):
    return hashlib.sha256(b"\x00" + text.encode()).digest()


class Database:
    """The database of a copied home in the attacker's hands."""

    def __init__(self, home):
        self.home = home
        self.db = sqlite3.connect(home / "yuxin.db")
        self.db.isolation_level = None
        self.db.execute("PRAGMA foreign_keys = OFF")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()

    def reopen(self):
        """What was written into the schema by hand is read anew."""
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()
        self.db = sqlite3.connect(self.home / "yuxin.db")
        self.db.isolation_level = None

    def __call__(self, sql, *values):
        return self.db.execute(sql, values)

    def one(self, sql, *values):
        return self(sql, *values).fetchone()[0]

    def find(self, kind):
        """The first record of a kind: (sequence, record)."""
        for sequence, text in self("SELECT sequence, text FROM ledger ORDER BY sequence"):
            record = json.loads(text)
            if record["kind"] == kind:
                return sequence, record
        raise AssertionError(f"no record {kind}")

    def put(self, sequence, record):
        """Writes a record over one, in the form of the program, with its leaf."""
        text = json.dumps(record, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        self("UPDATE ledger SET text = ?, leaf = ? WHERE sequence = ?", text, leaf(text), sequence)

    def append(self, record):
        text = json.dumps(record, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        self("INSERT INTO ledger SELECT max(sequence) + 1, ?, NULL, ? FROM ledger", text, leaf(text))

    def forget_heads(self):
        """Takes stored checkpoints away and makes the stored roots fit what is there now."""
        self("DELETE FROM ledger_time_stamps")
        self("DELETE FROM ledger_cosignatures")
        self("DELETE FROM ledger_checkpoints")
        self.refit()

    def refit(self):
        stack = []
        leaves = [row[0] for row in self("SELECT leaf FROM ledger ORDER BY sequence")]
        for number, hash_ in enumerate(leaves):
            while number & 1:
                hash_ = hashlib.sha256(b"\x01" + stack.pop() + hash_).digest()
                number >>= 1
            stack.append(hash_)
        self("DELETE FROM ledger_frontier")
        self("INSERT INTO ledger_frontier (size, hashes) VALUES (?, ?)", len(leaves), b"".join(stack))

    def cut(self, size):
        """Cuts the ledger off and removes everything from the tables that the lost records vouch for."""
        lost = [json.loads(row[0]) for row in self("SELECT text FROM ledger WHERE sequence >= ?", size)]
        self("DELETE FROM ledger WHERE sequence >= ?", size)
        for record in lost:
            if record["kind"] in ("certificate.issued", "certificate.void"):
                serial = bytes.fromhex(record["object"].split("/")[1])
                self("DELETE FROM certificate_bodies WHERE id IN (SELECT id FROM certificates WHERE serial = ?)", serial)
                self("DELETE FROM certificates WHERE serial = ?", serial)
            elif record["kind"] == "certificate.revoked":
                serial = bytes.fromhex(record["object"].split("/")[1])
                self("UPDATE certificates SET state = 0, revoked_at = 0, reason = 0 WHERE serial = ?", serial)
            elif record["kind"] == "crl.published":
                self("DELETE FROM crls WHERE number = ? AND authority = (SELECT id FROM authorities WHERE name = ?)",
                     record["data"]["number"], record["object"])

    def renumber(self, start, by):
        order = "DESC" if by > 0 else "ASC"
        for (sequence,) in self(f"SELECT sequence FROM ledger WHERE sequence >= ? ORDER BY sequence {order}", start).fetchall():
            self("UPDATE ledger SET sequence = ? WHERE sequence = ?", sequence + by, sequence)

    def swap(self, a, b):
        self("UPDATE ledger SET sequence = -1 WHERE sequence = ?", a)
        self("UPDATE ledger SET sequence = ? WHERE sequence = ?", a, b)
        self("UPDATE ledger SET sequence = ? WHERE sequence = -1", b)
