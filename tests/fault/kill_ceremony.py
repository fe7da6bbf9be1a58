"""A ceremony that is killed again and again, at random moments, ends in one root, one set of shares and one good record."""
import json
import os
import pathlib
import tempfile
import time

import _campaign
import city
import ceremonies
from ceremonies import People, entries_of, files_of
from city import run

KILLS = int(os.environ.get("YUXIN_FAULT_KILLS") or 20)
YUXIN = os.path.abspath(city.YUXIN)

PLAN = """title = { en = "A root", zh = "根" }
network  = "forbidden"
software = "any"
machine = { en = "A machine", zh = "机器" }
outputs = ["root.pem", "root.crl", "register.json"]

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
STEPS = (("check-environment", ""), ("enrol", ""), ("create-home", 'organisation = "Test City"'),
         ("create-root", 'authority = "root"\nkey = "ec:P-256"\nsubject = "C=CN, CN=Killed Root"\noutput = "root.pem"'),
         ("sign-list", 'authority = "root"\noutput = "root.crl"'), ("split", 'shares = "Root"\noutput = "register.json"'), ("verify-home", ""), ("close", ""))


def plan_text():
    return ceremonies.allow_network(PLAN + "".join(
        f'\n[[step]]\ndo = "{do}"\n{values}\nby = "operator"\nwitness = ["administrator"]\nminutes = 1\n' for do, values in STEPS))


def play_until_killed(folder, chance):
    """Answers for a random while, then kills the program wherever it is. True when it ended by itself."""
    crew = People(folder, "--home", "root", "ceremony", "run", "plan.toml", "--out", "ceremony")
    asked = crew.play(most=chance.randrange(1, 12))
    if asked is None:
        code, _ = crew.finish()
        assert code == 0, crew.everything()[-1000:]
        return True
    crew.reply(crew.text_for(asked))
    time.sleep(chance.random() ** 2 * 0.4)  # in the middle of what the answer set going
    crew.kill()
    return False


def hold(folder, chance):
    kills = 0
    while kills < KILLS:
        if play_until_killed(folder, chance):
            return kills
        kills += 1
    crew = People(folder, "--home", "root", "ceremony", "run", "plan.toml", "--out", "ceremony")
    assert crew.play() is None
    code, _ = crew.finish()
    assert code == 0, crew.everything()[-1000:]
    return kills


def judge(folder):
    record = folder / "ceremony/ceremony.record"
    report = json.loads(run(YUXIN, "--json", "ceremony", "verify", record).stdout)
    assert report["valid"], report
    assert report["exceptions"] == 0
    entries = entries_of(files_of(record.read_bytes())["transcript.jsonl"])
    assert [entry["step"] for entry in entries if entry["event"] == "done"] == list(range(1, len(STEPS)))
    home = folder / "root"
    assert run(YUXIN, "--home", home, "audit", "verify").returncode == 0
    authorities = json.loads(run(YUXIN, "--home", home, "ca", "list", "--json").stdout)
    assert [authority["name"] for authority in authorities] == ["root"]
    issued = [json.loads(line) for line in run(YUXIN, "--home", home, "audit", "log", "--kind", "certificate.issued", "--limit", "0", "--json").stdout.splitlines() if line.startswith("{")]
    pem = (folder / "ceremony/outputs/root.pem").read_bytes()
    assert run(YUXIN, "--home", home, "ca", "show", "root", "--pem").stdout.encode() == pem, "the home and the record have one root"
    assert len(issued) <= 1
    ways = json.loads((home / "keys/unlock.json").read_text())
    assert json.dumps(ways).count('"shares"') == 1, ways
    assert not list(folder.glob("root.making-*"))


with tempfile.TemporaryDirectory(prefix="yuxin-killed-") as top:
    place = pathlib.Path(top)
    (place / "plan.toml").write_text(plan_text())
    done = hold(place, _campaign.seeded())
    judge(place)
    print(f"killed {done} times")
