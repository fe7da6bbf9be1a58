"""The officer's terminal: a key on a token that opens the connection and signs, the queue worked through by keyboard, and what is refused before anything
is sent."""
import json
import re

import city
import soft_tokens
from city import run
from rest_office import FORM, Office
from typist import Terminal


def check_work(office):
    """The queue by keyboard: one is opened and reviewed, one is sent back with a reason, one is passed over."""
    numbers = [office.accepted(name) for name in ("one", "two", "three")]
    person = Terminal(office.town.folder, *office.terminal_command("wang", "request", "work")[1:])
    person.answer(rf"{numbers[0]}  person-signing  Wei(.|\n)*1 (.|\n)*o open . a attachments . n next . q quit", "o\n")
    person.answer(r"request  (.|\n)*quit", "9\n")
    person.answer(r"not among them(.|\n)*quit", "review\n")
    person.answer(r"opinion(.|\n)*: ", "as required\n")
    person.answer(r"document +result of the review(.|\n)*Sign this\?", "y\n")
    person.answer(rf"{numbers[0]}: reviewed(.|\n)*{numbers[1]}(.|\n)*quit", "return\n")
    person.answer(r"reason(.|\n)*: ", "wrong organisation code\n")
    person.answer(r"wrong organisation code(.|\n)*Sign this\?", "n\n")
    person.answer(r"Nothing was signed(.|\n)*quit", "return\n")
    person.answer(r"reason(.|\n)*: ", "wrong organisation code\n")
    person.answer(r"Sign this\?", "y\n")
    person.answer(rf"{numbers[2]}(.|\n)*quit", "n\n")
    code, said = person.finish()
    assert code == 0 and "That was the last. Passed over: 1." in said and "Steps signed: 2." in said, (code, said)
    states = [office.as_json("li", "request", "show", number)["state"] for number in numbers]
    assert states[0] == "REVIEWED" and states[2] == "ACCEPTED" and states[1] not in ("ACCEPTED", "REVIEWED"), states
    # the same in Chinese, and on the home
    command = office.terminal_command("chen", "--lang", "zh", "request", "work")[1:]
    person = Terminal(office.town.folder, *command)
    person.answer(rf"R-\d+  person-signing  Wei(.|\n)* q ", "q\n")
    assert person.finish()[0] == 0
    assert "--mine --json" in office.terminal("wang", "request", "work", expect=2).stderr


def check_token(office, tokens, kind, *newkey):
    """The key is on a token: it proves who connects and it signs, and it is never here."""
    town, who = office.town, f"tok-{kind}"
    town.issue(who, "officer", csr=town.request(who, newkey=newkey))
    office.grant(who, "RA.REVIEW")
    run("softhsm2-util", "--import", town.folder / f"{who}.key", "--token", "officer", "--label", who, "--id", "0" + str(len(kind)), "--pin", tokens.pins["officer"])
    number = office.accepted(who)
    command = office.terminal_command(who, "--as-certificate", town.folder / f"{who}.pem", "request", "review", number, "--yes")
    command[command.index("--as") + 1] = f"pkcs11:token=officer;object={who}?pin-source=file:{tokens.pin_file('officer')}"
    assert f"Case {number}: reviewed." in run(*command).stdout
    steps = office.as_json("li", "request", "show", number)["steps"]
    assert f"CN={who}" in steps[-1]["actor"], steps


def check_refusals(office):
    """Nothing is sent where the call makes no sense, and nobody is believed who cannot prove who they are."""
    town, url = office.town, f"https://127.0.0.1:{office.town.ra_port}"
    identity = f"{town.folder}/li.pem,{town.folder}/li.key"
    assert "in a home" in run(city.YUXIN, "--server", url, "cert", "list", expect=2).stderr
    assert "Name one" in run(city.YUXIN, "--trust", town.root, "request", "list", expect=2).stderr
    assert "--server https://HOST:PORT" in run(city.YUXIN, "--server", url + "/v1", "--as", identity, "request", "list", expect=2).stderr
    assert "Who" in run(city.YUXIN, "--server", url, "--trust", town.root, "request", "list", expect=2).stderr
    # the server's certificate is of no root that the terminal knows
    run(city.YUXIN, "--server", url, "--as", identity, "request", "list", expect=1)
    run(city.YUXIN, "--server", f"https://127.0.0.1:{city.free_port()}", "--trust", town.root, "--as", identity, "request", "list", expect=7)
    # a public port is no registration authority
    assert office.terminal("nobody", "request", "list", "--quiet").stdout == ""
    csr = town.request("wrong")
    office.refused(1, "id_no|id_type", "li", "request", "submit", "--profile", "person-signing", "--csr", csr, *FORM[:4])
    office.refused(4, "Did you mean person-signing", "li", "request", "submit", "--profile", "person-signin", "--csr", csr, *FORM)
    # revocation of somebody's certificate, and a leaver, over the network: what they are about is checked here as well
    serial = town.serial(office.people["nobody"])
    done = json.loads(office.terminal("li", "--json", "request", "submit", "--serial", serial, "--field", "cause=superseded", "--reason", "new one", "--yes").stdout)
    assert done["about"]["serial"] == serial and done["workflow"] == "certificate-revocation", done
    large = town.folder / "large.pdf"
    large.write_bytes(b"%PDF" + bytes(3 << 20))
    number = json.loads(office.terminal("li", "--json", "request", "submit", "--profile", "person-signing", "--csr", csr, *FORM, "--attach", f"identity={large}", "--yes").stdout)["case"]
    assert re.fullmatch(r"R-\d+", number)


def check_to_the_end(office):
    """A remote desk needs nobody at the home: the papers, the certificate, the holder's signature, and what there is to be applied for."""
    town, folder = office.town, office.town.folder
    number = office.accepted("whole")
    shown = office.terminal("wang", "request", "show", number).stdout
    assert "will be issued to  C=CN, O=Test City, CN=whole" in shown and "identity: id.pdf, 6 octets" in shown, shown
    office.terminal("wang", "request", "file", number, "identity", "--out", folder / "fetched.pdf")
    assert (folder / "fetched.pdf").read_bytes() == office.paper.read_bytes()
    office.refused(3, "not in your scope", "far", "request", "file", number, "identity")
    # what would be refused is said before it is shown, and a trial ends as the signature would
    office.refused(3, "that needs RA.REVIEW; you hold RA.INPUT", "li", "request", "review", number, "--dry-run")
    office.as_json("wang", "request", "review", number)
    office.terminal("zhao", "request", "approve", number, "--out", folder / "whole.pem", "--yes")
    assert "CN=whole" in run("openssl", "x509", "-in", folder / "whole.pem", "-noout", "-subject", "-nameopt", "RFC2253").stdout
    chain = office.terminal("whole", "request", "certificate", number, "--chain").stdout
    assert chain == (folder / "whole.pem").read_text() and chain.count("BEGIN") == 2, chain
    assert "issued, not handed over" in office.terminal("zhao", "request", "show", number).stdout
    office.as_json("whole", "request", "hand-over", number)
    # the same request once more, and a serial number by its beginning
    office.refused(5, f"already in case {number}", "li", "request", "submit", "--profile", "person-signing", "--csr", folder / "whole.csr", *FORM, "--attach",
                   f"identity={office.paper}")
    serial = town.serial(folder / "whole.pem")
    leaver = office.as_json("li", "request", "submit", "--serial", serial[:9], "--field", "cause=superseded", "--reason", "new one")["case"]
    preview = office.terminal("wang", "request", "approve", leaver, "--dry-run").stderr
    assert f"{serial}, C=CN, O=Test City, CN=whole, person-signing" in preview, preview
    # all that somebody has who leaves is named before anything is signed
    both = [town.serial(office.people["nobody"]), town.serial(town.issue("nobody2", "device", town.request("nobody2", "/C=CN/O=Test City/CN=nobody")))]
    words = ("request", "submit", "--leaver", "C=CN, O=Test City, CN=nobody", "--field", "name=nobody", "--field", "change=离职", "--field", "last_day=2026-12-01T00:00:00Z")
    preview = office.terminal("li", *words, "--dry-run").stderr
    assert re.findall(r"^  certificate +(\w+), C=CN, O=Test City, CN=nobody, (?:person-signing|device), ", preview, re.M) == both, preview
    listed = json.loads(office.terminal("li", "--json", *words, "--dry-run").stdout)["certificates"]
    assert [one["serial"] for one in listed] == both and {one["state"] for one in listed} == {"good"}, listed
    # what there is
    for words in (("workflow", "list"), ("workflow", "show", "leaver"), ("profile", "show", "device"), ("org", "list")):
        assert office.terminal("li", *words).stdout == town.yuxin(*words).stdout, words
    assert "person-signing" in office.terminal("li", "profile", "list").stdout
    assert office.terminal("far", "role", "list", "--mine").stdout.split() == ["RA.REVIEW", "profile:device"]
    assert "You hold no role here." in office.terminal("nobody", "request", "list").stderr
    office.refused(4, "did you mean REVIEWED", "li", "request", "list", "--state", "REVIEWD")


def check_end_of_input(office):
    """Ctrl-D is an end like any other."""
    office.accepted("last")
    person = Terminal(office.town.folder, *office.terminal_command("wang", "request", "work")[1:])
    person.answer(r"q quit", "\x04")
    code, said = person.finish()
    assert code == 0 and "Ended. Steps signed: 0." in said and "Nothing was changed" not in said, (code, said)


def main():
    office = Office()
    try:
        check_work(office)
        check_to_the_end(office)
        check_end_of_input(office)
        check_refusals(office)
        tokens = soft_tokens.Tokens(office.town.folder)
        tokens.add("officer")
        check_token(office, tokens, "ec", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        check_token(office, tokens, "rsa", "rsa:3072")
    finally:
        office.server.stop()
    print("the terminal works")


main()
