"""Tokens in software for tests: SoftHSM with a folder of its own, seen by our program and by OpenSC's."""
import os
import pathlib

import city
from city import run

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so",
           "/usr/lib64/pkcs11/libsofthsm2.so")
SPIES = ("/usr/lib/x86_64-linux-gnu/pkcs11/pkcs11-spy.so", "/usr/lib/aarch64-linux-gnu/pkcs11/pkcs11-spy.so", "/usr/lib64/pkcs11/pkcs11-spy.so",
         "/usr/lib/pkcs11/pkcs11-spy.so")


def first_of(paths):
    return next((path for path in map(pathlib.Path, paths) if path.exists()), None)


def need_module():
    """The path of SoftHSM's module; skips the test where it is not installed."""
    city.need("softhsm2-util")
    return first_of(MODULES) or city.skip("the module of SoftHSM is not where Debian has it")


class Tokens:
    """A folder of SoftHSM tokens, each with a PIN of its own in a file outside of every home."""

    def __init__(self, folder):
        self.module = need_module()
        self.folder, self.store, self.away = folder, folder / "tokens", folder / "tokens.away"
        self.store.mkdir()
        (folder / "softhsm2.conf").write_text(f"directories.tokendir = {self.store}\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
        self.pins = {}

    def add(self, label):
        self.pins[label] = f"pin-of-{label}-{os.urandom(4).hex()}"
        self.pin_file(label).write_text(self.pins[label] + "\n")
        self.pin_file(label).chmod(0o600)
        run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", self.pins[label], "--so-pin", "security-officer")

    def pin_file(self, label):
        return self.folder / f"{label}.pin"

    def uri(self, label):
        return f"pkcs11:token={label}?pin-source=file:{self.pin_file(label)}"

    def tool(self, label, *words, expect=0):
        return run("pkcs11-tool", "--module", self.module, "--token-label", label, "--login", "--pin", self.pins[label], *words, expect=expect).stdout

    def pull(self):
        """Takes the whole folder away: to SoftHSM its machine is broken, and a module that is begun anew does not start."""
        self.store.rename(self.away)

    def put_back(self):
        self.away.rename(self.store)

    def unplug(self):
        """The slots are empty."""
        self.pull()
        self.store.mkdir()

    def plug_in(self):
        self.store.rmdir()
        self.put_back()


def set_keys(home, module, services=""):
    """Names the module, and where the keys of services are made, in the settings of a home."""
    settings = home / "yuxin.toml"
    lines = settings.read_text().splitlines(keepends=True)
    found = 0
    for i, line in enumerate(lines):
        for key, value in (("modules", f'["{module}"]'), ("services", f'"{services}"')):
            if line.split("=")[0].strip() == key:
                lines[i] = f"{key} = {value}\n"
                found += 1
    assert found == 2, lines
    settings.write_text("".join(lines))


def attributes_of(octets):
    """The attributes of an object as SoftHSM's file backend keeps it: a generation, then type, kind and value of each; None for a file that is cut off."""
    def number(at):
        return int.from_bytes(octets[at:at + 8], "big")
    found, at = {}, 8
    while at + 16 <= len(octets):
        name, kind, at = number(at), number(at + 8), at + 16
        size = {1: 1, 2: 8}.get(kind)
        if size is None:
            if at + 8 > len(octets):
                return None
            size, at = number(at), at + 8
        found[name], at = octets[at:at + size], at + size
    return found if at == len(octets) and found else None


def is_cut(now, before):
    """Whether a file of SoftHSM's lost something that it had: its store() cuts the file to nothing and then writes it anew, at every login."""
    attributes = attributes_of(now)
    return attributes is None or not set(attributes_of(before)) <= set(attributes)
