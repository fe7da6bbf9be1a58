"""Custodians at a terminal: passphrases and words that are not shown, slips that are named, turns taken until enough are there, a page
whose code is read by zbar, and the words of a digest that are those of the standard list."""
import json
import pathlib
import re
import tempfile

import city
import custodians
from typist import Terminal

city.need("openssl", "zbarimg")


def split_at_the_terminal(people):
    person = Terminal(people.folder, "share", "split", "plan.toml", "--secret-file", "key.bin", "--out", "shares")
    for name, file in custodians.BUREAU_A.items():
        typed = custodians.passphrase(file)
        if name == "Li Wei":
            person.answer(f"Passphrase of {name} for the share: ", "short\n")
            person.wait_for(rf"At least 8 characters(.|\n)*Passphrase of {name} for the share: ")
            assert not person.shows_what_is_typed()
            person.answer(f"Passphrase of {name} for the share: ", typed + "\n")
            person.answer("Once more: ", typed + "!\n")
            person.wait_for("They differ")
        person.answer(f"Passphrase of {name} for the share: ", typed + "\n")
        person.answer("Once more: ", typed + "\n")
    code, said = person.finish()
    assert code == 0 and "planted" not in said, said


def type_words(person, words, slip=False):
    """Types words, some in brief, some several a line; with a slip that the list finds and one that the checksum finds."""
    person.wait_for("nothing is shown")
    at = 0
    while at < len(words):
        person.wait_for(rf"Word {at + 1} of {len(words)}: ")
        assert not person.shows_what_is_typed()
        if slip and at == 6:
            person.answer(f"Word {at + 1} of", "acadmic\n")
            person.wait_for("Word 7 is not in the list of words. Near it are: academic")
            slip = False
            continue
        several = words[at:at + 3] if at % 2 == 0 else [words[at].upper()[:4]]
        person.answer(f"Word {at + 1} of", " ".join(several) + "\n")
        at += len(several)


def prove_by_typing(people):
    words = custodians.words_of_page((people.folder / "shares/share-2-2.txt").read_text())
    person = Terminal(people.folder, "share", "verify", "shares/register.json", "--words")
    wrong = list(words)
    wrong[11] = "zero" if words[11] != "zero" else "acid"
    type_words(person, wrong, slip=True)
    person.answer("The slip seems to be in word 12(.|\n)*Number of the word to type again", "12\n")
    person.answer("Word 12 of 62", words[11] + "\n")
    code, said = person.finish()
    assert code == 0 and "This is the share of Sun Li (bureau B)" in said, said
    assert words[20] not in said and words[11] not in said, said


def give_up(people):
    for keys, status in ((["\x04"], 2), (["acid " * 70 + "\n", "\x04"], 2), ([("acid " * 62).strip() + "\n", "\n"], 2)):
        person = Terminal(people.folder, "share", "verify", "shares/register.json", "--words")
        for key in keys:
            person.answer("(Word 1 of 62|Number of the word).*: ", key)
        code, said = person.finish()
        assert code == status, (keys, code, said)


def join_in_turn(people):
    words = custodians.words_of_page((people.folder / "shares/share-2-2.txt").read_text())[:33]
    person = Terminal(people.folder, "share", "join", "shares/register.json", "--out", "joined.bin")
    ask = "Next custodian.*: "
    person.answer("bureau A 0/2, bureau B 0/1(.|\n)*".replace("/", " of ") + ask, "shares/share-1-1.json\n")
    person.answer("Passphrase of Li Wei for the share: ", "something else\n")
    person.answer("The passphrase does not open the share of Li Wei(.|\n)*" + ask, "nowhere.json\n")
    person.answer("There is no file nowhere.json(.|\n)*" + ask, "shares/share-1-1.json\n")
    person.answer("Passphrase of Li Wei for the share: ", custodians.passphrase("li") + "\n")
    person.answer("bureau A 1 of 2(.|\n)*" + ask, "shares/share-1-1.json,li.pass\n")
    person.answer("This share is there already(.|\n)*" + ask, "\n")
    type_words(person, words)
    person.answer("bureau A 1 of 2, bureau B 1 of 1(.|\n)*" + ask, "shares/share-1-3.json,zhao.pass\n")
    code, said = person.finish()
    assert code == 0 and (people.folder / "joined.bin").read_bytes() == people.secret, said
    (people.folder / "joined.bin").unlink()
    for end in (".\n", "\x04"):
        person = Terminal(people.folder, "share", "join", "shares/register.json", "--out", "joined.bin")
        person.answer(ask, end)
        code, said = person.finish()
        assert code == 2 and "not enough" in said and not (people.folder / "joined.bin").exists(), said


def never_on_a_terminal(people):
    person = Terminal(people.folder, "share", "join", "shares/register.json", "--out", "-", *people.shares_of(("li", "zhao", "chen")))
    code, said = person.finish()
    assert code == 1 and "not shown on a terminal" in said and people.secret.hex() not in said, said
    for device in ("/dev/tty", "/dev/stdout"):
        person = Terminal(people.folder, "share", "join", "shares/register.json", "--hex", "--out", device, *people.shares_of(("li", "zhao", "chen")))
        code, said = person.finish()
        assert code != 0 and people.secret.hex() not in said, said
    person = Terminal(people.folder, "share", "print", "shares/register.json", *people.shares_of(["li"]))
    person.answer(r"Is nobody looking\? \[y/N\] ", "n\n")
    code, said = person.finish()
    assert code == 1 and "Nothing was shown" in said, said


def drill_in_turn(people):
    person = Terminal(people.folder, "share", "drill", "shares/register.json", "--out", "drill.json")
    ask = "Next custodian.*: "
    person.answer(ask, "shares/share-1-1.json,li.pass\n")
    person.answer("proved by Li Wei(.|\n)*" + ask, "shares/share-1-2.json,zhao.pass\n")
    person.answer("Not proved by Wang Fang(.|\n)*" + ask, "shares/share-1-2.json,wang.pass\n")
    person.answer("proved by Wang Fang(.|\n)*" + ask, "shares/share-2-1.json,chen.p12,chen.pass\n")
    code, said = person.finish()
    assert code == 0 and "Nothing was joined" in said, said
    record = json.loads((people.folder / "drill.json").read_text())
    assert record["result"] == "enough"
    assert [(proof["custodian"], proof["result"]) for proof in record["proofs"]] == [
        ("Li Wei", "good"), ("Wang Fang", "bad"), ("Wang Fang", "good"), ("Chen Jie", "good")]


def page_and_code(people):
    page = (people.folder / "shares/share-2-2.txt").read_text()
    text = custodians.scanned(people.folder, page)
    words = custodians.words_of_page(page)
    assert text.split("\n")[3] == "words " + " ".join(words[:33]) and text.split("\n")[4] == "proof " + " ".join(words[33:])
    (people.folder / "scanned.txt").write_text(text.rstrip("\n") + "\n")
    done = people.share("verify", "shares/register.json", "--words-file", "scanned.txt")
    assert "Sun Li" in done.stdout
    assert all(len(line) <= 80 for line in page.split("yuxin-share")[0].splitlines() if not re.search("[\u2580-\u2588]", line) and line.strip())
    chinese = people.share("print", "shares/register.json", *people.shares_of(["li"]), env={"LANG": "zh_CN.UTF-8", "PATH": "/usr/bin"}).stdout
    assert "分量的单词" in chinese and len(custodians.words_of_page(chinese)) == 62


with tempfile.TemporaryDirectory(prefix="yuxin-custodians-") as top:
    crew = custodians.Custodians(pathlib.Path(top))
    split_at_the_terminal(crew)
    prove_by_typing(crew)
    give_up(crew)
    join_in_turn(crew)
    never_on_a_terminal(crew)
    drill_in_turn(crew)
    page_and_code(crew)
