"""kill -9, and failing disks, at the steps of `share reshare --new-secret`: at every moment the set that is in force unlocks the home, and the same command typed again ends
what was begun; then the old shares unlock nothing. YUXIN_FAULT_EVERY takes every n-th step only, YUXIN_SEED replays a run."""
import errno
import json
import os
import pathlib
import shutil
import tempfile

import _campaign
import _trace
import city
import custodians
from city import run

EVERY = max(1, int(os.environ.get("YUXIN_FAULT_EVERY") or 4))
YUXIN = os.path.abspath(city.YUXIN)
BEFORE, AFTER = ("wang", "zhao", "chen"), ("one", "two")


class Home(custodians.Custodians):
    """A home that custodians open, put back to where it was before each attempt."""

    def __init__(self, folder, town):
        super().__init__(folder)
        (folder / "plan.toml").write_text(custodians.on_paper(custodians.PLAN, custodians.BUREAU_A))
        (folder / "next.toml").write_text(custodians.on_paper(custodians.NEXT_PLAN, custodians.DIRECTORS))
        (folder / "new.pass").write_text("a new passphrase of the home\n")
        run(YUXIN, "--home", town.online.resolve(), "--passphrase-file", pathlib.Path(town.passphrase).resolve(), "share", "split", "plan.toml", "--out", "shares", cwd=folder)
        shutil.copytree(town.online, folder / "kept-home")
        shutil.copytree(folder / "shares", folder / "kept")
        self.put_back()
        self.words = [YUXIN, "--home", "home", "share", *self.reshare_words(self.digest(), []), "--new-secret"]

    def put_back(self):
        for name in ("shares", "next", "home"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.copytree(self.folder / "kept", self.folder / "shares")
        shutil.copytree(self.folder / "kept-home", self.folder / "home")

    def trace(self, **options):
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            return _trace.traced([str(word) for word in self.words], "output.txt", **options)
        finally:
            os.chdir(here)

    def unlocks(self, names, folder):
        words = [YUXIN, "--home", "home", "share", "unlock", f"{folder}/register.json", *self.shares_of(names, folder), "--new-passphrase-file", "new.pass"]
        return run(*words, cwd=self.folder, expect=None).returncode

    def check(self, why):
        try:
            old = json.loads(self.share("list", "shares/register.json", "--json").stdout)["in_force"]
            if old:
                assert self.unlocks(BEFORE, "shares") == 0, "the old set is in force and does not unlock the home"
            again = run(*self.words, cwd=self.folder, expect=None)
            assert again.returncode == 0, again
            assert self.unlocks(AFTER, "next") == 0, "the new set does not unlock the home"
            assert self.unlocks(BEFORE, "shares") == 5
            ways = json.loads(run(YUXIN, "--home", "home", "--json", "unlock", "list", cwd=self.folder).stdout)
            assert [way["way"] for way in ways].count("shares") == 1, ways
            # the old secret itself opens nothing, whatever its register says
            register = self.folder / "shares/register.json"
            shutil.copyfile(self.folder / "kept/register.json", register)
            assert self.unlocks(BEFORE, "shares") == 3
            run(YUXIN, "--home", "home", "audit", "verify", cwd=self.folder)
        except AssertionError as error:
            raise AssertionError(f"{why}: {error}\n{(self.folder / 'output.txt').read_text()}") from error


rng = _campaign.seeded()
with tempfile.TemporaryDirectory(prefix="yuxin-new-secret-") as name, city.City() as town:
    home = Home(pathlib.Path(name), town)
    clean = home.trace()
    assert clean.code == 0, (home.folder / "output.txt").read_text()
    home.check("undisturbed")
    first = rng.randrange(EVERY)
    for number in range(1 + first, len(clean.steps) + 1, EVERY):
        home.put_back()
        after = rng.random() < 0.5
        done = home.trace(kill_at=number, after=after)
        home.check(f"killed at step {number} ({done.steps[-1]}), after={after}")
        home.put_back()
        error = rng.choice([errno.ENOSPC, errno.EIO])
        done = home.trace(fail_from=number, error=error)
        home.check(f"{errno.errorcode[error]} from step {number}, which ended with {done.code}")
    print(f"{len(clean.steps)} steps of share reshare --new-secret")
