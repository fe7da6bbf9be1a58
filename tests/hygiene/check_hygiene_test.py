"""The hygiene check must find what it is there for."""
import os
import pathlib
import tempfile
import unittest

import check_hygiene

SOUND = {
    "include/yuxin/ca/issue.hpp": "#pragma once\nenum class Mode { kDry };\nbool is_good(Mode mode);  // not f(bool x)\n",
    "ca/issue.cpp": '#include "yuxin/ca/issue.hpp"\n// TODO(#7): more\n',
    "README.md": "Read /var/lib/yuxin and $HOME/work/x.\n",
    "tests/data/x/blob.pem": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n",
}


class HygieneTest(unittest.TestCase):
    def problems(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**SOUND, **files}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [problem for problem in check_hygiene.check(folder)]

    def refuses(self, name, text, expected):
        found = self.problems({name: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_a_clean_tree_has_no_problems(self):
        self.assertEqual(self.problems({}), [])

    def test_words_that_mean_unfinished_work(self):
        for words in ("TODO later", "FIXME", "good enough for now", "a placeholder", "not implemented"):
            self.refuses("ca/x.cpp", f"// {words}\n", "unfinished work")

    def test_paths_of_one_machine(self):
        for path in ("/root/x", "/home/wang/x", "/work/main"):
            self.refuses("docs/x.md", f"see {path}\n", "a path of one machine")

    def test_the_path_of_the_checkout(self):
        def found(text):
            return list(check_hygiene.words_of("docs/x.md", text, "/opt/yuxin"))

        self.assertEqual(found("kept in /opt/other and in city/opt/yuxin/x\n"), [])
        self.assertEqual(found("see /opt/yuxin/x\n"), ["docs/x.md:1: /opt/yuxin/: a path of this machine"])

    def test_addresses_of_registries(self):
        self.refuses("docs/x.md", "https://deb.debian.org/x\n", "registry")

    def test_long_files(self):
        self.refuses("ca/x.cpp", "int a;\n" * 601, "601 lines")

    def test_forms(self):
        self.refuses("ca/x.cpp", "\tint a;\n", "a tab")
        self.refuses("ca/x.cpp", "int a; \n", "blanks at the end")
        self.refuses("ca/x.cpp", "int a;", "no line end")

    def test_a_header_without_its_guard(self):
        self.refuses("ca/x.hpp", "int a;\n", "pragma once")

    def test_a_bool_parameter_in_a_public_function(self):
        for code in ("void f(bool x);", "void f(int a, bool x = false);", "void f(int a,\n  bool x, int b);"):
            self.refuses("include/yuxin/ca/x.hpp", f"#pragma once\n{code}\n", "bool parameter")

    def test_the_own_header_comes_first(self):
        self.refuses("ca/issue.cpp", '#include <string>\n#include "yuxin/ca/issue.hpp"\n', "comes first")

    def test_a_using_that_nobody_uses(self):
        self.refuses("ca/x.cpp", "using base::fail;\nusing base::Code;\nCode a;\n", "using base::fail; is used nowhere")

    def test_a_private_key(self):
        self.refuses("docs/x.md", "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49\n", "private key")

    def test_a_script_that_cannot_be_run(self):
        self.refuses("tool", "#!/bin/sh\n", "not executable")


if __name__ == "__main__":
    os.environ["GIT_CEILING_DIRECTORIES"] = tempfile.gettempdir()
    unittest.main()
