"""A checkpoint on paper: the printed page says what it is in Chinese and English, its code is read by zbar, its words are those of the root,
and what is typed or scanned from it is accepted by `audit verify --checkpoint` - with co-signatures too - while a wrong digit is not."""
import re
import subprocess

import city
from city import YUXIN, run

city.need("openssl", "zbarimg")

SCALE = 4


def page_of(town, *words):
    return run(YUXIN, "--home", town.online, *words, "audit", "checkpoint", "--print").stdout


def code_of(page):
    """The modules of the code: rows of booleans, from half blocks."""
    rows = []
    for line in page.splitlines():
        if line and set(line) <= set(" \u2580\u2584\u2588"):
            rows.append([mark in "\u2580\u2588" for mark in line])
            rows.append([mark in "\u2584\u2588" for mark in line])
    width = max(len(row) for row in rows)
    return [row + [False] * (width - len(row)) for row in rows]


def scan(town, page):
    """What zbar reads from the code when it is printed."""
    rows = code_of(page)
    bits = "\n".join(" ".join("1" if dark else "0" for dark in row for _ in range(SCALE)) for row in rows for _ in range(SCALE))
    picture = town.folder / "code.pbm"
    picture.write_text(f"P1\n{len(rows[0]) * SCALE} {len(rows) * SCALE}\n{bits}\n")
    done = subprocess.run(["zbarimg", "--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable", picture], capture_output=True, check=False)
    assert done.returncode == 0, done
    return done.stdout.decode()


def verify(town, text, expect=0):
    file = town.folder / "typed.txt"
    file.write_text(text)
    return run(YUXIN, "--home", town.online, "audit", "verify", "--checkpoint", file, expect=expect)


def check_page(town, page, note):
    origin, size, root = note.split("\n")[:3]
    assert origin in page and size in page
    # the root in hex is that of the note, and so are the words (PGP word list: two of its words as the list has them)
    octets = __import__("base64").b64decode(root)
    groups = "".join(re.findall(r"\b[0-9a-f]{4}\b", page.split("printed")[0].split("\u6253\u5370")[0]))
    assert octets.hex() in groups, page
    words = page_words(page)
    assert len(words) == 32
    for octet, place, word in ((0x00, 0, "aardvark"), (0x00, 1, "adroitness"), (0xff, 0, "Zulu"), (0xff, 1, "Yucatan")):
        for index, value in enumerate(octets):
            if value == octet and index % 2 == place:
                assert words[index] == word


def page_words(page):
    lines = page.splitlines()
    first = next(index for index, line in enumerate(lines) if "in words" in line or "\u5355\u8bcd" in line)
    words = []
    for line in lines[first:]:
        found = re.findall(r"[A-Za-z]+", line.replace("in words", ""))
        if len(words) >= 32 or not found:
            break
        words += found
    return words


def cosign(town):
    run("openssl", "genpkey", "-algorithm", "ED25519", "-out", town.folder / "w.pem")
    words = ("audit", "witness", "--name", "witness.example/w1", "--sign-with", town.folder / "w.pem")
    key = run(YUXIN, *words).stdout.strip()
    settings = town.online / "yuxin.toml"
    settings.write_text(settings.read_text().replace("witnesses        = []", f'witnesses        = ["{key}"]'))
    (town.folder / "cp.txt").write_text(run(YUXIN, "--home", town.online, "audit", "checkpoint").stdout)
    run(YUXIN, *words, town.folder / "cp.txt", "--key", town.online / "keys/ledger.pub", "--state", town.folder / "w.txt", "--first", "--out",
        town.folder / "signed.txt")
    town.yuxin("audit", "checkpoint", "--add", town.folder / "signed.txt")
    return key


def main():
    with city.City() as town:
        town.issue("alpha", "tls-client")
        town.yuxin("audit", "checkpoint", "--quiet")
        for language in ("en", "zh"):
            note = run(YUXIN, "--home", town.online, "audit", "checkpoint").stdout
            page = page_of(town, "--lang", language)
            assert ("  ledger  " in page) == (language == "en") and ("\u8d26\u672c" in page) == (language == "zh"), page
            assert max(len(line) for line in page.splitlines()) <= 100
            check_page(town, page, note)
            scanned = scan(town, page)
            assert scanned.strip() == note.strip(), (scanned, note)
            verify(town, scanned)
            verify(town, page)

        key = cosign(town)
        note = run(YUXIN, "--home", town.online, "audit", "checkpoint").stdout
        page = page_of(town)
        assert scan(town, page).strip() == note.strip()
        assert "witness.example/w1" in page
        (town.folder / "typed.txt").write_text(scan(town, page))
        run(YUXIN, "--home", town.online, "audit", "verify", "--checkpoint", town.folder / "typed.txt", "--witness", key)

        typed = note.replace("\u2014", "-").replace("\n", " \r\n").replace("==", "= =")
        verify(town, typed)
        lines = note.split("\n")
        lines[1] = str(int(lines[1]) - 1)
        done = verify(town, "\n".join(lines), expect=6)
        assert "is not good: the text was changed" in done.stdout, done.stdout


if __name__ == "__main__":
    main()
