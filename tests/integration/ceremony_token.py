"""A ceremony opens a home by a key on a token: the PIN is asked for at the table, a wrong one and a token that is not there stop at their step, and the
record says by what the home was opened and who signed the opening."""
import json
import os
import pathlib
import re

import city
import ceremonies
import soft_tokens
from ceremonies import People, entries_of, files_of
from city import YUXIN, run

city.need("openssl", "softhsm2-util")


def write_plan(folder):
    plan = ceremonies.allow_network(run(YUXIN, "ceremony", "show", "root-crl").stdout)
    by_token, count = re.subn(r'^unlock   = "shares"\nregister = .*$', 'unlock   = "token"', plan, flags=re.M)
    assert count == 1, plan
    (folder / "plan.toml").write_text(by_token)
    run(YUXIN, "ceremony", "check", folder / "plan.toml")


def hold(town, tokens):
    crew = People(town.folder, "--home", town.root_home, "ceremony", "run", "plan.toml", "--out", "ceremony")
    crew.play(until="press Enter to begin this step")
    while "Step 4 of 8" not in crew.everything():
        crew.reply("")
        crew.play(until="press Enter to begin this step")
    tokens.unplug()
    crew.reply("")
    crew.play(until=r"in your own words")
    assert "There is no token pkcs11:token=city" in crew.everything(), crew.everything()[-900:]
    tokens.plug_in()
    crew.reply("The token was not plugged in.")
    crew.once(r"what is decided", "repeat").once("PIN of the token city", "not the PIN").once("in your own words", "A finger slipped.").once("what is decided", "repeat")
    crew.once("PIN of the token city", tokens.pins["city"])
    assert crew.play() is None
    code, _ = crew.finish()
    said = crew.everything()
    assert code == 0, said[-1500:]
    assert "The PIN is not that of token city" in said and tokens.pins["city"] not in said, said[-1500:]


def look(town):
    record = town.folder / "ceremony/ceremony.record"
    report = json.loads(run(YUXIN, "--json", "ceremony", "verify", record, "--plan", town.folder / "plan.toml").stdout)
    assert report["valid"] and report["exceptions"] == 2, report
    opened = [entry["data"] for entry in entries_of(files_of(record.read_bytes())["transcript.jsonl"]) if entry["event"] == "acted" and entry["step"] == 4]
    assert len(opened) == 1 and opened[0]["unlock"] == "token" and opened[0]["token"].startswith("pkcs11:token=city;object=unlock-"), opened
    crl = town.folder / "ceremony/outputs/root.crl"
    run("openssl", "crl", "-inform", "DER", "-in", crl, "-noout", "-CAfile", town.root)
    run(YUXIN, "--home", town.root_home, "audit", "verify")


with city.City() as town:
    tokens = soft_tokens.Tokens(town.folder)
    tokens.add("city")
    soft_tokens.set_keys(town.root_home, tokens.module)
    run(YUXIN, "--home", town.root_home, "--yes", "--passphrase-file", town.passphrase, "--pin-file", tokens.pin_file("city"), "unlock", "add", "pkcs11:token=city")
    run(YUXIN, "--home", town.root_home, "--yes", "--pin-file", tokens.pin_file("city"), "unlock", "remove", "passphrase")
    write_plan(town.folder)
    hold(town, tokens)
    look(town)
