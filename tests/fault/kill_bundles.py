"""kill -9 at any moment of `bundle export` and `bundle import`: what counts as sent can be written again, what was half taken in is taken
in whole by the same bundle, and the chain has neither gap nor fork. YUXIN_FAULT_KILLS says how many kills, YUXIN_SEED replays them."""
import json
import os
import subprocess
import time

import _campaign
import city
from city import YUXIN, run

KILLS = int(os.environ.get("YUXIN_FAULT_KILLS") or 10)


def words(town, home, *rest):
    return [YUXIN, "--home", str(home), "--passphrase-file", str(town.passphrase), *map(str, rest)]


def killed(command, delay):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(delay)
    process.kill()
    said = process.communicate()[1].decode()
    assert process.returncode in (0, -9), said
    return process.returncode == -9


def chain(town, home, way):
    listed = json.loads(run(YUXIN, "--json", "--home", home, "bundle", "list").stdout)["bundles"]
    mine = [bundle for bundle in listed if bundle["way"] == way]
    assert [bundle["sequence"] for bundle in mine] == list(range(1, len(mine) + 1)), mine
    return [bundle["digest"] for bundle in mine]


rng = _campaign.seeded()
with city.City() as town:
    root = town.online.parent / "root"
    out = town.folder / "bundle.tar"

    def timed(*rest, home):
        begun = time.monotonic()
        run(*words(town, home, *rest))
        return time.monotonic() - begun

    whole_export = timed("bundle", "export", "--out", out, home=root)
    whole_import = timed("bundle", "import", out, home=town.online)
    kills = tries = 0
    while kills < KILLS and tries < 6 * KILLS:
        tries += 1
        run(*words(town, root, "ca", "crl", "root"))
        out.unlink()
        if rng.random() < 0.5:
            kills += killed(words(town, root, "bundle", "export", "--out", out), rng.uniform(0.2, 1.1) * whole_export)
        sent, received = chain(town, root, "sent"), chain(town, town.online, "received")
        assert sent[:len(received)] == received and len(sent) - len(received) <= 1
        if len(sent) == len(received):
            run(*words(town, root, "bundle", "export", "--out", town.folder / "fresh.tar"))
            (town.folder / "fresh.tar").replace(out)
        elif not out.exists():
            run(*words(town, root, "bundle", "export", "--again", len(sent), "--out", out))
        sent = chain(town, root, "sent")
        assert json.loads(run(YUXIN, "--json", "bundle", "inspect", out).stdout)["digest"] == sent[-1]
        if rng.random() < 0.7:
            kills += killed(words(town, town.online, "bundle", "import", out), rng.uniform(0.2, 1.1) * whole_import)
        run(*words(town, town.online, "bundle", "import", out))
        assert chain(town, town.online, "received") == sent
        for home in (root, town.online):
            run(*words(town, home, "audit", "verify"))
        newest = json.loads(run(YUXIN, "--json", "--home", root, "ca", "show", "root").stdout)["crl_number"]
        assert json.loads(run(YUXIN, "--json", "--home", town.online, "ca", "show", "root").stdout)["crl_number"] == newest
    assert kills >= KILLS, f"only {kills} of {tries} were killed in time"
    print(f"{kills} kills in {tries} crossings; {len(sent)} bundles")
