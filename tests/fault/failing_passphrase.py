"""A disk that fails from the n-th step of a new passphrase on: what the command says of the old one and the new one is true."""
import errno
import os
import shutil

import _campaign
import _trace
import city

RUNS = int(os.environ.get("YUXIN_FAULT_RUNS") or 40)


class Safe:
    """A home whose passphrase is changed, from the same beginning every time."""

    def __init__(self, town):
        self.town = town
        self.kept = town.folder / "kept"
        shutil.copytree(town.online / "keys", self.kept)
        self.new = town.folder / "new"
        self.new.write_text("another good passphrase\n")
        self.output = town.folder / "output.txt"

    def change(self, number, error):
        words = [city.YUXIN, "--home", self.town.online, "--passphrase-file", self.town.passphrase, "unlock", "add", "passphrase", "--new-passphrase-file", self.new, "--yes"]
        done = _trace.traced(words, self.output, fail_from=number, error=error)
        return done, self.output.read_text()

    def opens(self, passphrase):
        done = city.run(city.YUXIN, "--home", self.town.online, "--passphrase-file", passphrase, "ca", "crl", "issuing", expect=None)
        assert done.returncode in (0, 3), done.stderr
        return done.returncode == 0

    def begin_anew(self):
        shutil.rmtree(self.town.online / "keys")
        shutil.copytree(self.kept, self.town.online / "keys")


rng = _campaign.seeded()
with city.City() as town:
    safe = Safe(town)
    clean, said = safe.change(0, errno.EIO)
    assert clean.code == 0, said
    assert safe.opens(safe.new) and not safe.opens(town.passphrase)
    # the file's own steps are few, and all of them are tried: the last word is said after its folder was flushed
    flushes = [number for number, name in enumerate(clean.steps, 1) if name in ("fsync", "rename", "renameat2")]
    chosen = sorted({*flushes, *rng.sample(range(1, len(clean.steps) + 1), min(RUNS // 2, len(clean.steps)))})
    warned = 0
    for number in chosen:
        safe.begin_anew()
        error = rng.choice([errno.ENOSPC, errno.EIO])
        done, said = safe.change(number, error)
        where = f"{errno.errorcode[error]} from step {number} ({clean.steps[number - 1]}), exit code {done.code}: {said}"
        old, new = safe.opens(town.passphrase), safe.opens(safe.new)
        assert old != new, where
        if new:
            assert "othing was changed" not in said and "was not written" not in said, where
            assert done.code in (0, 7), where
            warned += "Keep the old passphrases" in said
        else:
            assert done.code == 7 and "Keep the old" not in said, where
    assert warned > 0
    print(f"{len(clean.steps)} steps; {warned} times the file had its place and was not flushed")
