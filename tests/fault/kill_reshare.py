"""kill -9, and failing disks, at every step of `share split` and `share reshare`: at every moment one set of shares is complete and in
force, and the same command typed again ends what was begun."""
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

city.need("openssl")
EVERY = max(1, int(os.environ.get("YUXIN_FAULT_EVERY") or 1))  # every n-th step


class Safe(custodians.Custodians):
    """A set of shares that is put back to where it was before each attempt."""

    def __init__(self, folder, chance):
        super().__init__(folder)
        self.rng = chance
        (folder / "plan.toml").write_text(custodians.on_paper(custodians.PLAN, custodians.BUREAU_A))
        (folder / "next.toml").write_text(custodians.on_paper(custodians.NEXT_PLAN, custodians.DIRECTORS))
        self.split(options=[])
        shutil.copytree(folder / "shares", folder / "kept")
        self.confirmed = self.digest()

    def put_back(self):
        for name in ("shares", "next"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.copytree(self.folder / "kept", self.folder / "shares")

    def trace(self, words, **options):
        """Runs a command of ours in the folder, under the tracer."""
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            return _trace.traced([YUXIN, "share", *words], "output.txt", **options)
        finally:
            os.chdir(here)

    def said(self):
        return (self.folder / "output.txt").read_text()

    def state(self):
        file = self.folder / "shares/register.json.reshare"
        return json.loads(file.read_text())["step"] if file.exists() else None

    def in_force(self):
        """Which set is in force, as a program that only reads says; and that all of it is there."""
        listed = json.loads(self.share("list", "shares/register.json", "--json").stdout)
        assert listed["in_force"] == (self.state() != "complete" and "superseded" not in json.loads((self.folder / "shares/register.json").read_text()))
        if listed["in_force"]:
            assert not (self.folder / "next/register.json").exists(), "two sets in force"
            assert self.joins(("wang", "zhao", "chen")), "the old set does not join"
            return "old"
        files = {path.name for path in (self.folder / "next").iterdir()}
        assert {"share-1-1.txt", "share-1-2.txt"} <= files, files
        assert files & {"register.json", "register.pending.json"}, files
        return "new"

    def check(self, acknowledged, why):
        try:
            settled = self.in_force() == "new" and self.state() is None
            assert settled or not acknowledged, "acknowledged, and not in force"
            done = self.share(*self.reshare_words(self.confirmed, []), expect=5 if settled else 0)
            assert "was replaced on" in done.stderr or not settled, done.stderr
            assert self.state() is None and self.in_force() == "new"
            assert self.joins(("one", "two"), "next"), "the new set does not join"
            left = sorted(path.name for path in (self.folder / "next").iterdir())
            # a temporary file that a kill left is named as such, and holds nothing but what is sealed
            assert [file for file in left if not file.startswith(".yuxin-")] == ["register.json", "share-1-1.txt", "share-1-2.txt"], left
        except AssertionError as error:
            raise AssertionError(f"{why}: {error}") from error


def reshare(safe):
    words = safe.reshare_words(safe.confirmed, [])
    clean = safe.trace(words)
    assert clean.code == 0, safe.said()
    safe.check(True, "undisturbed")
    for number in range(1, len(clean.steps) + 1, EVERY):
        safe.put_back()
        after = safe.rng.random() < 0.5
        done = safe.trace(words, kill_at=number, after=after)
        safe.check(done.code == 0, f"killed at step {number} ({done.steps[-1]}), after={after}")
    for number in range(1, len(clean.steps) + 1, EVERY):
        safe.put_back()
        error = safe.rng.choice([errno.ENOSPC, errno.EIO])
        done = safe.trace(words, fail_from=number, error=error)
        assert done.code in (0, 7), f"{errno.errorcode[error]} from step {number}: {done.code}: {safe.said()}"
        safe.check(done.code == 0, f"{errno.errorcode[error]} from step {number}")
    print(f"{len(clean.steps)} steps of share reshare")


def split(safe):
    words = ["split", "plan.toml", "--secret-file", "key.bin", "--out", "fresh"]
    clean = safe.trace(words)
    assert clean.code == 0, safe.said()
    for number in range(1, len(clean.steps) + 1, EVERY):
        shutil.rmtree(safe.folder / "fresh", ignore_errors=True)
        safe.trace(words, kill_at=number, after=safe.rng.random() < 0.5)
        if (safe.folder / "fresh/register.json").exists():
            assert safe.joins(("li", "zhao", "chen"), "fresh"), f"killed at step {number}: a register of a set that is not whole"
    for number in range(1, len(clean.steps) + 1, EVERY):
        shutil.rmtree(safe.folder / "fresh", ignore_errors=True)
        done = safe.trace(words, fail_from=number, error=safe.rng.choice([errno.ENOSPC, errno.EIO]))
        assert done.code in (0, 7) and (done.code == 0 or not (safe.folder / "fresh").exists()), f"step {number}: {done.code}: {safe.said()}"
    print(f"{len(clean.steps)} steps of share split")


rng = _campaign.seeded()
YUXIN = os.path.abspath(city.YUXIN)
with tempfile.TemporaryDirectory(prefix="yuxin-reshare-") as name:
    safe_keeping = Safe(pathlib.Path(name), rng)
    reshare(safe_keeping)
    split(safe_keeping)
