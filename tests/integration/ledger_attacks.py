"""Everything that somebody who can write to a home, but has no key, may do to its ledger and tables: whoever holds one older checkpoint
and the ledger's public key finds it, with exit code 6 and a sentence that says what it is. Where it can be done, the attacker recomputes
leaves and stored roots, removes what contradicts, and regrows what was cut off."""
import contextlib
import hashlib
import json
import re
import shutil
import sqlite3

import city
from attacked_database import Database, leaf
from city import YUXIN, run

city.need("openssl")

ATTACKS = []


def attack(says, checkpoint="early"):
    """Registers an attack; one of the findings must match `says` in full."""
    def register(function):
        ATTACKS.append((function.__name__, says, checkpoint, function))
        return function
    return register


STORED = r"The first \d+ records are not the ones whose tree head was stored then: one of them was changed, removed or moved\."
GIVEN = (r"The first \d+ records of the ledger are not the ones that the checkpoint stands for: at least one was changed, removed or moved\. "
         r"Which one: yuxin audit verify")
ROLLED = r"The ledger was cut off or rolled back: the checkpoint stands for \d+ records, it has \d+\. Do not work with this home; .*"


@attack(r"Record \d+ was changed: its text does not fit its hash\.")
def text_changed(db):
    db("UPDATE ledger SET text = replace(text, 'superseded', 'unspecified')")


@attack(r"Record 2 was changed: its text does not fit its hash\.")
def leaf_changed(db):
    db("UPDATE ledger SET leaf = randomblob(32) WHERE sequence = 2")


@attack(r"Record 3 was changed: its text does not fit its hash\.")
def leaf_of_another_size(db):
    db("UPDATE ledger SET leaf = x'00' WHERE sequence = 3")


@attack(STORED)
def text_changed_with_its_leaf(db):
    sequence, record = db.find("certificate.issued")
    record["actor"] = "local:nobody"
    db.put(sequence, record)


@attack(STORED)
def text_changed_with_leaf_and_roots(db):
    sequence, record = db.find("certificate.issued")
    record["time"] = "2020-01-01T00:00:00Z"
    db.put(sequence, record)
    db.refit()


@attack(GIVEN)
def text_changed_and_everything_that_contradicts_removed(db):
    sequence, record = db.find("certificate.issued")
    record["actor"] = "local:nobody"
    db.put(sequence, record)
    db.forget_heads()


@attack(r"Record \d+ is not in the form in which records are written\.")
def text_written_differently(db):
    sequence, record = db.find("certificate.issued")
    text = json.dumps(record, sort_keys=True)
    db("UPDATE ledger SET text = ?, leaf = ? WHERE sequence = ?", text, leaf(text), sequence)
    db.forget_heads()


@attack(r"Record 4 is missing\.")
def one_removed(db):
    db("DELETE FROM ledger WHERE sequence = 4")


@attack(r"Record 0 is missing\.")
def the_first_removed(db):
    db("DELETE FROM ledger WHERE sequence = 0")


@attack(r"Records 2 to 3 are missing\.")
def two_removed(db):
    db("DELETE FROM ledger WHERE sequence IN (2, 3)")


@attack(GIVEN)
def one_removed_and_the_others_moved_up(db):
    db("DELETE FROM ledger WHERE sequence = 0")
    db.renumber(1, -1)
    db.forget_heads()


@attack(GIVEN)
def one_put_in_between(db):
    db.renumber(3, 1)
    record = {"actor": "local:nobody", "data": {}, "kind": "note", "object": "x", "time": "2026-01-01T00:00:00Z"}
    text = json.dumps(record, separators=(",", ":"), sort_keys=True)
    db("INSERT INTO ledger VALUES (3, ?, NULL, ?)", text, leaf(text))
    db.forget_heads()


@attack(r"There is a record -7; records are numbered from 0, so this one was put in\.")
def one_put_before_the_first(db):
    db("INSERT INTO ledger SELECT -7, text, attachment, leaf FROM ledger WHERE sequence = 0")


@attack(STORED)
def two_exchanged(db):
    db.swap(0, 1)


@attack(GIVEN)
def two_exchanged_and_heads_removed(db):
    db.swap(0, 1)
    db.forget_heads()


@attack(r"The ledger was cut off: it had \d+ records when a tree head was stored, and has \d+ now\.")
def tail_dropped(db):
    db("DELETE FROM ledger WHERE sequence > 5")


@attack(ROLLED, "late")
def tail_dropped_with_everything_that_it_vouched_for(db):
    db.cut(db.early)
    db.forget_heads()


@attack(GIVEN, "late")
def tail_dropped_and_regrown_to_the_same_length(db):
    size = db.one("SELECT count(*) FROM ledger")
    db.cut(db.early)
    for number in range(size - db.early):
        db.append({"actor": "local:root", "data": {}, "kind": "note", "object": str(number), "time": "2026-01-01T00:00:00Z"})
    db.forget_heads()


@attack(GIVEN, "late")
def tail_dropped_and_regrown_longer(db):
    size = db.one("SELECT count(*) FROM ledger")
    db.cut(db.early)
    for number in range(size):
        db.append({"actor": "local:root", "data": {}, "kind": "note", "object": str(number), "time": "2026-01-01T00:00:00Z"})
    db.forget_heads()


@attack(GIVEN, "late")
def the_last_record_of_the_checkpoint_rewritten(db):
    db("DELETE FROM ledger WHERE sequence >= ?", db.late - 1)
    db.append({"actor": "local:root", "data": {}, "kind": "note", "object": "x", "time": "2026-01-01T00:00:00Z"})
    db.forget_heads()


@attack(r"What is attached to record \d+ was changed: it does not fit the digest in the record\.")
def attachment_changed(db):
    sequence, _ = db.find("certificate.intent")
    db("UPDATE ledger SET attachment = CAST(attachment || x'00' AS BLOB) WHERE sequence = ?", sequence)


@attack(r"What is attached to record \d+ was changed: it does not fit the digest in the record\.")
def attachment_removed(db):
    sequence, _ = db.find("certificate.intent")
    db("UPDATE ledger SET attachment = NULL WHERE sequence = ?", sequence)


@attack(GIVEN)
def attachment_changed_with_its_record(db):
    sequence, record = db.find("certificate.intent")
    record["attachment"] = hashlib.sha256(b"other").hexdigest()
    db.put(sequence, record)
    db("UPDATE ledger SET attachment = ? WHERE sequence = ?", b"other", sequence)
    db.forget_heads()


@attack(r"Record \d+ says once more that issuing/[0-9A-F]+ was issued or voided\.")
def record_repeated_at_the_end(db):
    _, record = db.find("certificate.issued")
    db.append(record)


@attack(r"Record \d+ is about certificate issuing/00AB, which is missing from the table\.")
def record_about_nothing_at_the_end(db):
    _, record = db.find("certificate.revoked")
    record["object"] = "issuing/00AB"
    db.append(record)


@attack(r'The status of certificate issuing/[0-9A-F]+ in the table is "good", its last record says "revoked .*"\.')
def revocation_hidden(db):
    db("UPDATE certificates SET state = 0 WHERE state = 1")


@attack(r'The status of certificate issuing/[0-9A-F]+ in the table is "revoked .*", its last record says "revoked .*"\.')
def revocation_dated_later(db):
    db("UPDATE certificates SET revoked_at = revoked_at + 86400 WHERE state = 1")


@attack(r"Record \d+ is about certificate issuing/[0-9A-F]+, which is missing from the table\.")
def certificate_removed(db):
    db("DELETE FROM certificates WHERE state = 1")


@attack(r"Certificate issuing/[0-9A-F]+ is in the table, but no record says that it was issued\.")
def certificate_put_in(db):
    db("INSERT INTO certificates SELECT 900, authority, x'0102', profile, subject, names, not_before, not_after, issued_at, state, revoked_at, "
       "reason, invalidity_date, 900, key_tag FROM certificates WHERE state = 1 LIMIT 1")
    db("INSERT INTO certificate_bodies SELECT 900, der FROM certificate_bodies LIMIT 1")


@attack(r"Certificate issuing/[0-9A-F]+ in the table is not the one that record \d+ stands for\.")
def certificates_exchanged(db):
    (a, der_a), (b, der_b) = db("SELECT id, der FROM certificate_bodies ORDER BY id DESC LIMIT 2").fetchall()
    db("UPDATE certificate_bodies SET der = ? WHERE id = ?", der_b, a)
    db("UPDATE certificate_bodies SET der = ? WHERE id = ?", der_a, b)


@attack(r"The row of certificate issuing/[0-9A-F]+ says another serial, subject, name or validity than the certificate\.")
def certificate_renamed(db):
    db("UPDATE certificates SET subject = 'CN=somebody' WHERE state = 1")


@attack(r"The row of certificate issuing/[0-9A-F]+ says another serial, subject, name or validity than the certificate\.")
def certificate_under_another_name(db):
    db("UPDATE certificates SET names = 'dns:elsewhere.test' WHERE state = 1")


@attack(r"The row of certificate issuing/[0-9A-F]+ says another profile or time of issuing than record \d+\.")
def certificate_of_another_profile(db):
    db("UPDATE certificates SET profile = 'sub-ca' WHERE state = 1")


@attack(r"The row of certificate issuing/[0-9A-F]+ says another profile or time of issuing than record \d+\.")
def certificate_issued_at_another_time(db):
    db("UPDATE certificates SET issued_at = issued_at - 86400 WHERE state = 1")


@attack(r"Certificate issuing/[0-9A-F]+ stands at place -?\d+ among the changes of status; by the records it is place \d+\.")
def revocation_hidden_from_responders(db):
    db("UPDATE certificates SET status_sequence = -1 WHERE id = (SELECT max(id) FROM certificates WHERE state = 1)")


@attack(r"Record \d+ says that a list of revoked roles was made, the newest one; it is missing from the table\.")
def role_lists_removed(db):
    db("DELETE FROM role_lists")


@attack(r"The certificate of authority issuing in the table is in no record\.")
def authority_exchanged(db):
    db("UPDATE authorities SET certificate = (SELECT der FROM certificate_bodies LIMIT 1) WHERE name = 'issuing'")


@attack(r'The certificate in service for "ocsp" was not issued by the authority that it stands under\.')
def responder_exchanged(db):
    db("UPDATE service_certificates SET certificate = (SELECT certificate FROM authorities WHERE name = 'root') WHERE purpose = 'ocsp'")


@attack(r'The certificate in service for "ocsp" is one for something else, or its row says another end of its validity\.')
def responder_with_another_service_s_certificate(db):
    db("UPDATE service_certificates SET certificate = (SELECT certificate FROM service_certificates WHERE purpose = 'tsa') WHERE purpose = 'ocsp'")


@attack(r"The row of certificate issuing/[0-9A-F]+ is filed under another key than the certificate has: whoever looks for the key does not find it\.")
def leaked_key_filed_elsewhere(db):
    db("UPDATE certificates SET key_tag = 1 WHERE state = 1")


@attack(r"Row -\d+ of the certificates is out of the order in which they are numbered, and hides from lists and searches\.")
def certificate_below_the_first_number(db):
    db("UPDATE certificate_bodies SET id = -id WHERE id IN (SELECT id FROM certificates WHERE state = 1)")
    db("UPDATE certificates SET id = -id WHERE state = 1")


@attack(r"What is kept of the latest time of the ledger is not what its records say: it was changed, .*")
def floor_of_the_clock_lowered(db):
    size = db.one("SELECT count(*) FROM ledger")
    db("INSERT INTO settings VALUES ('ledger.latest_time', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", f"{size} 1")


@attack(r'The index "certificates_not_good" of the database is not as yuxin made it\.')
def lists_made_through_a_narrower_index(db):
    db("DROP INDEX certificates_not_good")
    db("CREATE INDEX certificates_not_good ON certificates (authority, id) WHERE state <> 0 AND reason <> 1")


@attack(r"The database contradicts itself: row \d+ missing from index certificates_status_sequence")
def responders_read_an_index_that_lies(db):
    row = db("SELECT id, state, revoked_at, reason FROM certificates WHERE state = 1").fetchone()
    db("UPDATE certificates SET state = 0, revoked_at = 0, reason = 0 WHERE id = ?", row[0])
    db("DROP INDEX certificates_status_sequence")
    db("CREATE UNIQUE INDEX certificates_status_sequence ON certificates (status_sequence, authority, serial, not_after, state, revoked_at, reason, "
       "invalidity_date)")
    entry = db("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master WHERE name = 'certificates_status_sequence'").fetchone()
    db("PRAGMA writable_schema = ON")
    db("DELETE FROM sqlite_master WHERE name = 'certificates_status_sequence'")
    db.reopen()
    db("UPDATE certificates SET state = ?, revoked_at = ?, reason = ? WHERE id = ?", *row[1:], row[0])
    db("PRAGMA writable_schema = ON")
    db("INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)", *entry)
    db.reopen()


@attack(r'The table "certificates" of the database is not as yuxin made it\.')
def revoking_refused_by_a_rule_of_the_table(db):
    db("PRAGMA writable_schema = ON")
    db("UPDATE sqlite_master SET sql = replace(sql, 'state INTEGER NOT NULL,', 'state INTEGER NOT NULL CHECK (state <> 1 OR revoked_at < 2000000000),') "
       "WHERE name = 'certificates'")
    db.reopen()


@attack(r'The database holds the table "elsewhere", which yuxin did not make\.')
def table_put_in(db):
    db("CREATE TABLE elsewhere (id INTEGER)")


@attack(r"Stored checkpoint 1: The signature on the checkpoint of yuxin\.ledger/\w+ is not good: the text was changed\.")
def stored_checkpoint_changed(db):
    note = db.one("SELECT note FROM ledger_checkpoints ORDER BY id LIMIT 1")
    lines = note.split("\n")
    lines[2] = "A" + lines[2][1:] if lines[2][0] != "A" else "B" + lines[2][1:]
    db("UPDATE ledger_checkpoints SET note = ? WHERE note = ?", "\n".join(lines), note)


@attack(r"Stored checkpoint 1: The checkpoint of yuxin\.ledger/\w+ is not signed with the key given\.")
def stored_checkpoint_signed_by_another_key(db):
    db("UPDATE ledger_checkpoints SET note = ? WHERE id = (SELECT min(id) FROM ledger_checkpoints)", db.foreign_note)


@attack(r"The stored checkpoint of \d+ records is filed under \d+: its row was changed\.")
def stored_checkpoint_filed_elsewhere(db):
    db("UPDATE ledger_checkpoints SET size = size + 1 WHERE id = (SELECT min(id) FROM ledger_checkpoints)")


@attack(r"A stored checkpoint cannot be read: it was changed\.")
def stored_checkpoint_unreadable(db):
    db("UPDATE ledger_checkpoints SET note = 'gone' WHERE id = (SELECT min(id) FROM ledger_checkpoints)")


@attack(r"The ledger's own copy of the checkpoint of \d+ records, which it signed, is gone: it was taken away\.")
def stored_checkpoint_taken_away(db):
    db("DELETE FROM ledger_cosignatures")
    db("DELETE FROM ledger_checkpoints WHERE size = ?", db.early)


@attack(r"Stored checkpoint \d+: The co-signature of witness\.example/w1 on the checkpoint is not good: one of them was changed\.")
def cosignature_moved_to_another_checkpoint(db):
    db("UPDATE ledger_cosignatures SET checkpoint = (SELECT max(id) FROM ledger_checkpoints)")


@attack(STORED)
def stored_roots_changed(db):
    db("UPDATE ledger_frontier SET hashes = zeroblob(length(hashes))")


@attack(r"The stored roots of the ledger are damaged\. Run: yuxin audit verify")
def stored_roots_cut(db):
    db("UPDATE ledger_frontier SET hashes = x'00'")


@attack(r"The checkpoint is one of yuxin\.ledger/\w+; this ledger is yuxin\.ledger/0000\.")
def ledger_renamed(db):
    db("UPDATE settings SET value = '0000' WHERE name = 'home.id'")


@attack(r'The database holds the rule "quiet", which yuxin did not make\.')
def rule_put_in(db):
    db("CREATE TRIGGER quiet BEFORE INSERT ON ledger WHEN new.text LIKE '%revoked%' BEGIN SELECT raise(IGNORE); END")


@attack(r'The database holds the rule "ledger", which yuxin did not make\.')
def ledger_hidden_behind_a_view(db):
    db("ALTER TABLE ledger RENAME TO real")
    db("CREATE VIEW ledger AS SELECT sequence, text, attachment, leaf FROM real")


@attack(r"Revocation list \d+ of issuing in the table is not the one that record \d+ stands for\.")
def list_row_changed(db):
    db("UPDATE crls SET sha256 = zeroblob(32)")


@attack(r"Record \d+ says that revocation list \d+ of issuing was published; it is missing from the table\.")
def newest_list_unpublished(db):
    db("DELETE FROM crls WHERE number = (SELECT max(number) FROM crls)")


@attack(r"Revocation list 99 of issuing is in the table, but no record says that it was published\.")
def list_put_in(db):
    db("INSERT INTO crls SELECT authority, 99, this_update, next_update, file, sha256, status_sequence FROM crls ORDER BY number DESC LIMIT 1")


@attack(r"The file published/crl/issuing-\d+\.crl is not revocation list \d+ of issuing as it was published: it was changed\.")
def list_file_changed(db):
    path = db.home / db.one("SELECT file FROM crls ORDER BY number DESC LIMIT 1")
    path.write_bytes(path.read_bytes() + b"\x00")


@attack(r"The file published/crl/issuing-\d+\.crl is not revocation list \d+ of issuing as it was published: it was changed\.")
def older_list_in_place_of_the_newest(db):
    newest, older = [db.home / row[0] for row in db("SELECT file FROM crls WHERE authority = (SELECT id FROM authorities WHERE name = 'issuing') "
                                                    "ORDER BY number DESC LIMIT 2")]
    newest.write_bytes(older.read_bytes())


@attack(r"The file of revocation list \d+ of issuing, published/crl/issuing-\d+\.crl, is missing\.")
def list_file_removed(db):
    (db.home / db.one("SELECT file FROM crls ORDER BY number DESC LIMIT 1")).unlink()


@attack(ROLLED, "late")
def old_copy_put_back(db):
    shutil.copy(db.old, db.home / "yuxin.db")


@attack(r"The checkpoint is one of yuxin\.ledger/\w+; this ledger is yuxin\.ledger/\w+\.")
def database_of_another_city(db):
    shutil.copy(db.other, db.home / "yuxin.db")


def replaces_the_file(name):
    return name in ("old_copy_put_back", "database_of_another_city")


def attacked_copy(town):
    home = town.folder / "attacked"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(town.online, home)
    return home


def audit(town, home, checkpoint):
    return run(YUXIN, "audit", "verify", home, "--key", town.folder / "auditor.pub", "--checkpoint", checkpoint, expect=None)


def close(database):
    """A copy of a database at rest, all in one file."""
    with contextlib.closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return database.read_bytes()


def prepare(town):
    """A city with a story, two checkpoints that an auditor keeps, a witness, and what the attacker may put in place."""
    folder = town.folder
    run("openssl", "genpkey", "-algorithm", "ED25519", "-out", folder / "w1.pem")
    witness = ("audit", "witness", "--name", "witness.example/w1", "--sign-with", folder / "w1.pem")
    key = run(YUXIN, *witness).stdout.strip()
    settings = town.online / "yuxin.toml"
    settings.write_text(settings.read_text().replace("witnesses        = []", f'witnesses        = ["{key}"]'))
    shutil.copy(town.online / "keys/ledger.pub", folder / "auditor.pub")
    town.revoke(town.issue("alpha", "tls-client"), "superseded")
    early, late = folder / "early.txt", folder / "late.txt"
    town.yuxin("audit", "checkpoint", "--out", early)
    (folder / "old.db").write_bytes(close(town.online / "yuxin.db"))
    run(YUXIN, *witness, early, "--key", folder / "auditor.pub", "--state", folder / "w1.txt", "--first", "--out", folder / "signed.txt")
    town.yuxin("audit", "checkpoint", "--add", folder / "signed.txt")
    town.issue("beta", "tls-client")
    town.revoke(town.issue("gamma", "tls-client"), "keyCompromise")
    town.yuxin("audit", "checkpoint", "--out", late)
    town.issue("delta", "tls-client")
    close(town.online / "yuxin.db")
    return early, late


def main():
    with city.City() as town, city.City() as other:
        early, late = prepare(town)
        other.issue("omega", "tls-client")
        other_db = town.folder / "other.db"
        other_db.write_bytes(close(other.online / "yuxin.db"))
        # a checkpoint of the same text by a key of the attacker's own: what its own city signs, under the other name
        foreign = other.yuxin("audit", "checkpoint", "--quiet").stdout
        origin = early.read_text().split("\n")[0]
        foreign = foreign.replace(foreign.split("\n")[0], origin)

        sizes = {name: int(path.read_text().split("\n")[1]) for name, path in (("early", early), ("late", late))}
        for checkpoint in (early, late):
            clean = audit(town, town.online, checkpoint)
            assert clean.returncode == 0, clean.stdout + clean.stderr
        failures = []
        for name, says, which, function in ATTACKS:
            home = attacked_copy(town)
            with Database(home) as db:
                db.early, db.late, db.foreign_note = sizes["early"], sizes["late"], foreign
                db.old, db.other = town.folder / "old.db", other_db
                if not replaces_the_file(name):
                    function(db)
            if replaces_the_file(name):
                for file in home.glob("yuxin.db*"):
                    file.unlink()
                function(db)
            done = audit(town, home, early if which == "early" else late)
            findings = [line[7:] for line in done.stdout.splitlines() if line.startswith("FAIL   ")]
            if done.returncode != 6 or not any(re.fullmatch(says, finding) for finding in findings):
                failures.append(f"{name}: exit code {done.returncode}, expected: {says}\n{done.stdout}{done.stderr}")
        assert not failures, "\n".join(failures)
        assert len(ATTACKS) >= 40
        damaged_page(town, early)
        print(f"{len(ATTACKS) + 1} attacks, each found for what it is")


def damaged_page(town, checkpoint):
    """Garbage over a page of the ledger's table: the database itself refuses."""
    home = attacked_copy(town)
    with contextlib.closing(sqlite3.connect(home / "yuxin.db")) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ledger'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with open(home / "yuxin.db", "r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)
    done = audit(town, home, checkpoint)
    assert done.returncode == 6 and "is damaged, or is no database" in done.stderr, done


if __name__ == "__main__":
    main()
