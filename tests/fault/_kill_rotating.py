"""kill -9 at any moment of `key rotate`, of wrapping keys and of the root: no key is ever lost, every one opens, and the next call goes on
where the last one was killed."""
import sqlite3
import subprocess
import time

import city
from city import YUXIN

PEOPLE = 1500


def public_keys(town):
    """Read without the program: who is in the tree, and that nothing of a key in use is gone."""
    with sqlite3.connect(f"file:{town.online}/yuxin.db?mode=ro", uri=True) as database:
        rows = database.execute("SELECT name, public_key FROM tree_keys ORDER BY name").fetchall()
        lost = database.execute("SELECT count(*) FROM tree_keys k WHERE state <> 5 AND NOT EXISTS "
                                "(SELECT 1 FROM tree_versions v WHERE v.key = k.id AND destroyed_at IS NULL)").fetchone()[0]
    assert lost == 0, f"of {lost} keys nothing is left"
    return rows


def killed_while_rotating(town, name, delay):
    words = [YUXIN, "--home", town.online, "--passphrase-file", town.passphrase, "key", "rotate", name]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(delay)
    process.kill()
    said = process.communicate()[1].decode()
    assert process.returncode in (0, -9), said
    return process.returncode == -9


def version(town, name):
    return next(key["version"] for key in town.json("key", "tree")["keys"] if key["name"] == name)


def versions_left(town):
    with sqlite3.connect(f"file:{town.online}/yuxin.db?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM tree_versions WHERE destroyed_at IS NULL").fetchone()[0]


def campaign(wanted, rng):
    with city.City() as town:
        town.yuxin("key", "generate", "yuzhong", "--under", "root", "--level", "domain")
        town.yuxin("key", "generate", "yuzhong/mail", "--under", "yuzhong", "--level", "service")
        town.yuxin("key", "generate", "yuzhong/user", "--under", "yuzhong/mail", "--type", "P-256", "--count", str(PEOPLE))
        town.issue("before", "tls-client")
        keys = public_keys(town)
        assert len(keys) == PEOPLE + 3

        begun = time.monotonic()
        town.yuxin("key", "rotate", "yuzhong/mail")
        whole = time.monotonic() - begun
        kills = tries = 0
        while kills < wanted and tries < 4 * wanted:
            tries += 1
            name = rng.choice(["yuzhong/mail", "yuzhong/mail", "yuzhong", "root"])
            kills += killed_while_rotating(town, name, rng.uniform(0.3, 1.1) * whole)
            report = town.json("key", "verify")
            assert report["keys"] == PEOPLE + 3 and not report["problems"], report
            assert public_keys(town) == keys
            if rng.random() < 0.3:
                name = rng.choice(["yuzhong/mail", "yuzhong", "root"])
                before = version(town, name)
                town.yuxin("key", "rotate", name)
                assert version(town, name) in (before, before + 1)
        assert kills >= wanted, f"only {kills} of {tries} were killed in time"
        for name in ("root", "yuzhong", "yuzhong/mail"):
            town.yuxin("key", "rotate", name)
        assert not town.json("key", "verify")["problems"]
        town.issue("after", "tls-client")
        town.yuxin("audit", "verify")
        assert versions_left(town) == PEOPLE + 3, f"{versions_left(town)} versions are left of {PEOPLE + 3} keys"
        print(f"rotate: {kills} kills in {tries} rotations; root at version {version(town, 'root')}", flush=True)
        return kills
