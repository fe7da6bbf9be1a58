"""kill -9 at any moment of `share reshare`: one set of shares is complete and in force, and the same command typed again ends what was begun.
kill_reshare.py goes through every step of it one by one; here the moment is a time, as a power cut's is."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import city
import custodians


class Safe(custodians.Custodians):
    def __init__(self, folder):
        super().__init__(folder)
        (folder / "plan.toml").write_text(custodians.on_paper(custodians.PLAN, custodians.BUREAU_A))
        (folder / "next.toml").write_text(custodians.on_paper(custodians.NEXT_PLAN, custodians.DIRECTORS))
        self.split(options=[])
        self.confirmed = self.digest()
        self.words = [os.path.abspath(city.YUXIN), "share", *self.reshare_words(self.confirmed, [])]
        shutil.copytree(folder / "shares", folder / "kept")

    def put_back(self):
        for name in ("shares", "next"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.copytree(self.folder / "kept", self.folder / "shares")

    def killed(self, delay):
        process = subprocess.Popen([str(word) for word in self.words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        time.sleep(delay)
        process.kill()
        said = process.communicate()[1].decode()
        assert process.returncode in (0, -9), said
        return process.returncode == -9

    def check(self):
        """Exactly one set is in force and joins; then the command goes on to the end."""
        old = json.loads(self.share("list", "shares/register.json", "--json").stdout)["in_force"]
        assert not old or not (self.folder / "next/register.json").exists(), "two sets are in force"
        assert not old or self.joins(("wang", "zhao", "chen")), "the old set does not join"
        state = self.folder / "shares/register.json.reshare"
        settled = not old and not state.exists()
        self.share(*self.reshare_words(self.confirmed, []), expect=5 if settled else 0)
        assert not state.exists() and not json.loads(self.share("list", "shares/register.json", "--json").stdout)["in_force"]
        assert self.joins(("one", "two"), "next"), "the new set does not join"
        return old


def campaign(wanted, rng):
    city.need("openssl")
    with tempfile.TemporaryDirectory(prefix="yuxin-resharing-") as name:
        safe = Safe(pathlib.Path(name))
        begun = time.monotonic()
        subprocess.run([str(word) for word in safe.words], cwd=safe.folder, check=True, capture_output=True)
        whole = time.monotonic() - begun
        kills = tries = old = 0
        while kills < wanted and tries < 6 * wanted:
            tries += 1
            safe.put_back()
            kills += safe.killed(rng.uniform(0.2, 1.5) * whole)
            old += safe.check()
        assert kills >= wanted, f"only {kills} of {tries} were killed in time"
        print(f"reshare: {kills} kills in {tries} attempts, {old} of them with the old set in force", flush=True)
        return kills
