"""Ceremonies that are killed again and again, at random moments, end in one root, one set of shares and one good record; and then, with the custodians alone
to open the home, a key is destroyed once, other custodians take over once, and once more with a new secret, after which the shares of before open nothing. YUXIN_FAULT_KILLS says how many kills, YUXIN_SEED replays them."""
import json
import os
import pathlib
import shutil
import tempfile
import time

import _campaign
import city
import ceremonies
from ceremonies import PASSPHRASE, People, entries_of, files_of
from city import run

KILLS = int(os.environ.get("YUXIN_FAULT_KILLS") or 20)
YUXIN = os.path.abspath(city.YUXIN)

HEAD = """title = {{ en = "{title}", zh = "仪式" }}
network  = "forbidden"
software = "any"
machine = {{ en = "A machine", zh = "机器" }}
outputs = {outputs}

[[group]]
name = "centre"
needed = 2

[[seat]]
seat = "administrator"
role = "administrator"

[[seat]]
seat = "operator"
role = "operator"

[[seat]]
seat = "custodian-1"
role = "custodian"
group = "centre"

[[seat]]
seat = "custodian-2"
role = "custodian"
group = "centre"
"""
CREATION = (("check-environment", ""), ("enrol", ""), ("create-home", 'organisation = "Test City"'),
            ("create-root", 'authority = "root"\nkey = "ec:P-256"\nsubject = "C=CN, CN=Killed Root"\noutput = "root.pem"'),
            ("sign-list", 'authority = "root"\noutput = "root.crl"'), ("split", 'shares = "Root"\noutput = "register.json"'), ("prove-shares", ""),
            ("verify-home", ""), ("close", ""))
CHANGE = (("check-environment", ""), ("enrol", ""), ("open-home", 'unlock = "shares"\nregister = "shares/register.json"'), ("destroy-key", 'key_name = "spare"'),
          ("reshare", 'register = "shares/register.json"\nshares = "Root, anew"\noutput = "next.json"'), ("prove-shares", ""), ("verify-home", ""), ("close", ""))
RENEWAL = (("check-environment", ""), ("enrol", ""), ("open-home", 'unlock = "shares"\nregister = "again/register.json"'),
           ("reshare", 'register = "again/register.json"\nshares = "Root, renewed"\nsecret = "new"\noutput = "last.json"'), ("prove-shares", ""), ("verify-home", ""), ("close", ""))


def plan_text(title, outputs, steps):
    return ceremonies.allow_network(HEAD.format(title=title, outputs=json.dumps(outputs)) + "".join(
        f'\n[[step]]\ndo = "{do}"\n{values}\nby = "operator"\nwitness = ["administrator"]\nminutes = 1\n' for do, values in steps))


class Crew(People):
    """Custodians bring the shares of the set that is asked for, one after the other, as often as anybody asks."""

    def __init__(self, folder, name):
        super().__init__(folder, "--home", "root", "ceremony", "run", f"{name}.toml", "--out", name)
        self.folder, self.turn = folder, 0
        self.always("Next custodian", self.bring)

    def bring(self, _):
        self.turn += 1
        # the old set is in "shares" beside the plan, a new one in the folder of the ceremony; one of the two is the one that is wanted
        folders = [folder for folder in ("shares", "creation/shares", "change/shares", "again", "renewal/shares") if (self.folder / folder).exists()]
        return f"{folders[self.turn // 2 % len(folders)]}/share-1-{self.turn % 2 + 1}.json"


def play_until_killed(folder, name, chance):
    """Answers for a random while, then kills the program wherever it is. True when it ended by itself."""
    crew = Crew(folder, name)
    asked = crew.play(most=chance.randrange(1, 12))
    if asked is None:
        code, _ = crew.finish()
        assert code == 0, crew.everything()[-1000:]
        return True
    crew.reply(crew.text_for(asked))
    time.sleep(chance.random() ** 2 * 0.4)  # in the middle of what the answer set going
    crew.kill()
    return False


def hold(folder, name, most, chance):
    kills = 0
    while kills < most:
        if play_until_killed(folder, name, chance):
            return kills
        kills += 1
    crew = Crew(folder, name)
    assert crew.play() is None
    code, _ = crew.finish()
    assert code == 0, crew.everything()[-1000:]
    return kills


def judge_record(folder, name, steps):
    record = folder / name / "ceremony.record"
    report = json.loads(run(YUXIN, "--json", "ceremony", "verify", record).stdout)
    assert report["valid"], report
    assert report["exceptions"] == 0
    entries = entries_of(files_of(record.read_bytes())["transcript.jsonl"])
    assert [entry["step"] for entry in entries if entry["event"] == "done"] == list(range(1, len(steps)))
    assert run(YUXIN, "--home", folder / "root", "audit", "verify").returncode == 0


def log(folder, kind):
    lines = run(YUXIN, "--home", folder / "root", "audit", "log", "--kind", kind, "--limit", "0", "--json").stdout.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def judge_creation(folder):
    judge_record(folder, "creation", CREATION)
    home = folder / "root"
    authorities = json.loads(run(YUXIN, "--home", home, "ca", "list", "--json").stdout)
    assert [authority["name"] for authority in authorities] == ["root"]
    pem = (folder / "creation/outputs/root.pem").read_bytes()
    assert run(YUXIN, "--home", home, "ca", "show", "root", "--pem").stdout.encode() == pem, "the home and the record have one root"
    assert len(log(folder, "certificate.issued")) <= 1
    ways = json.loads((home / "keys/unlock.json").read_text())["ways"]
    assert [way["way"] for way in ways] == ["shares"], ways
    assert not list(folder.glob("root.making-*"))


def give_passphrase(folder, shares, new):
    """Two custodians open the home, for what is done outside of ceremonies."""
    (folder / "pass").write_text(PASSPHRASE + "\n")
    words = [word for number in (1, 2) for word in ("--share", f"{shares}/share-1-{number}.json,pass")]
    return run(YUXIN, "--home", "root", "share", "unlock", f"{shares}/register.json", *words, "--new-passphrase-file", new, cwd=folder, expect=None)


def prepare_change(folder):
    shutil.copytree(folder / "creation/shares", folder / "shares")
    shutil.rmtree(folder / "creation/shares")
    (folder / "new").write_text("a passphrase for a moment\n")
    assert give_passphrase(folder, "shares", "new").returncode == 0
    run(YUXIN, "--home", "root", "--passphrase-file", "new", "key", "generate", "spare", cwd=folder)
    run(YUXIN, "--home", "root", "--yes", "--passphrase-file", "new", "unlock", "remove", "passphrase", cwd=folder)


def judge_change(folder):
    judge_record(folder, "change", CHANGE)
    assert not list((folder / "root/keys").glob("spare*")), "the key is there still"
    assert (folder / "root/keys/root.key").exists()
    destroyed = [entry for entry in log(folder, "key.destroyed") if entry["object"] == "keys/spare"]
    assert len(destroyed) == 1, destroyed
    old = json.loads(run(YUXIN, "--json", "share", "list", folder / "shares/register.json").stdout)
    new = json.loads(run(YUXIN, "--json", "share", "list", folder / "change/shares/register.json").stdout)
    assert not old["in_force"] and new["in_force"] and old["superseded_by"] == new["fingerprint"]
    assert give_passphrase(folder, "shares", "new").returncode != 0
    assert give_passphrase(folder, "change/shares", "new").returncode == 0
    run(YUXIN, "--home", "root", "--passphrase-file", "new", "ca", "crl", "root", cwd=folder)


def prepare_renewal(folder):
    run(YUXIN, "--home", "root", "--yes", "--passphrase-file", "new", "unlock", "remove", "passphrase", cwd=folder)
    shutil.copytree(folder / "change/shares", folder / "again")
    shutil.copytree(folder / "change/shares", folder / "copied")
    shutil.rmtree(folder / "change/shares")
    shutil.rmtree(folder / "shares")


def judge_renewal(folder):
    judge_record(folder, "renewal", RENEWAL)
    new = json.loads(run(YUXIN, "--json", "share", "list", folder / "renewal/shares/register.json").stdout)
    ways = json.loads((folder / "root/keys/unlock.json").read_text())["ways"]
    assert [way["way"] for way in ways] == ["shares"] and new["in_force"], ways
    # whoever kept the shares and their register from before joins a secret that is nobody's any more
    refused = give_passphrase(folder, "copied", "new")
    assert refused.returncode == 3 and "do not unlock" in refused.stderr, refused
    assert give_passphrase(folder, "renewal/shares", "new").returncode == 0
    run(YUXIN, "--home", "root", "--passphrase-file", "new", "ca", "crl", "root", cwd=folder)


rng = _campaign.seeded()
with tempfile.TemporaryDirectory(prefix="yuxin-killed-") as top:
    place = pathlib.Path(top)
    (place / "creation.toml").write_text(plan_text("A root", ["root.pem", "root.crl", "register.json"], CREATION))
    (place / "renewal.toml").write_text(plan_text("A new secret", ["last.json"], RENEWAL))
    (place / "change.toml").write_text(plan_text("Other custodians", ["next.json"], CHANGE))
    done = hold(place, "creation", KILLS // 2, rng)
    judge_creation(place)
    prepare_change(place)
    done += hold(place, "change", KILLS // 4, rng)
    judge_change(place)
    prepare_renewal(place)
    done += hold(place, "renewal", KILLS - done, rng)
    judge_renewal(place)
    print(f"killed {done} times")
