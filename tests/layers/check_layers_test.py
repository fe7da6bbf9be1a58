"""The layer check must find what it is there for: every broken house below has exactly one fault."""
import pathlib
import tempfile
import unittest

import check_layers

TABLE = """
| module | folder | may use | third-party headers in its contracts | third-party headers inside |
|---|---|---|---|---|
| `base` | `core/base` | – | `tl/` | `spdlog/` |
| `store` | `core/store` | `base` | – | `sqlite3.h` in `sqlite/` |
| `http` | `core/http` | `base` | – | `boost/asio/` |
| `ca` | `ca` | `base` `store` | – | – |
| `ocsp` | `ocsp` | `base` `store` | – | – |
"""
CMAKE = """
yuxin_module(base core/base DEPENDS USES spdlog::spdlog)
yuxin_module(store core/store DEPENDS base USES SQLite::SQLite3)
yuxin_module(http core/http DEPENDS base)
yuxin_module(ca ca DEPENDS base store)
yuxin_module(ocsp ocsp DEPENDS base store)
"""
SOUND = {
    "docs/architecture.md": TABLE,
    "CMakeLists.txt": CMAKE,
    "include/yuxin/base/result.hpp": "#pragma once\n#include <tl/expected.hpp>\n#include <string>\n",
    "include/yuxin/store/store.hpp": '#include "yuxin/base/result.hpp"\n',
    "core/base/time.cpp": "#include <ctime>\nauto now() { return std::chrono::system_clock::now(); }\n",
    "core/base/log.cpp": "#include <spdlog/spdlog.h>\n#include <sys/mman.h>\n",
    "core/store/sqlite/database.cpp": "#include <sqlite3.h>\n",
    "core/store/rows.hpp": "#pragma once\n",
    "core/store/rows.cpp": '#include "rows.hpp"\nauto q = "SELECT a FROM b";\n',
    "core/http/server.cpp": "#include <boost/asio/ip/tcp.hpp>\n#include <sys/socket.h>\n",
    "ca/repository.cpp": 'auto q = R"(\n  INSERT INTO t VALUES ($1))";\n',
    "ca/order_repository.cpp": 'auto q = "DELETE FROM t";\n',
    "ca/issue.cpp": '#include "yuxin/store/store.hpp"\n#include <tl/expected.hpp>\n'
                    '// system_clock::now() in a comment, and SELECT a FROM b\nauto t = "please select a file from the list";\n'
                    "auto n = 1'000 + 2'000; auto time(int); auto ns = timeval(0);\n",
    "tests/unit/ca/issue_test.cpp": '#include "yuxin/store/store.hpp"\n',
}


class LayersTest(unittest.TestCase):
    def problems(self, files=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**SOUND, **(files or {})}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return list(check_layers.Checker(folder).run())

    def refuses(self, name, text, expected):
        found = self.problems(files={name: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_a_sound_house_has_no_problems(self):
        self.assertEqual(self.problems(), [])

    def test_a_step_up_is_refused(self):
        self.refuses("core/store/x.cpp", '#include "yuxin/ca/issue.hpp"\n', "core/store/x.cpp:1: store may not use ca")

    def test_a_neighbour_is_refused(self):
        self.refuses("ca/x.cpp", '\n#include "yuxin/http/server.hpp"\n', "ca/x.cpp:2: ca may not use http")

    def test_a_public_header_obeys_the_table_too(self):
        self.refuses("include/yuxin/store/x.hpp", '#include "yuxin/ca/issue.hpp"\n', "store may not use ca")

    def test_a_third_partys_header_outside_its_module_is_refused(self):
        self.refuses("ca/x.cpp", "#include <spdlog/spdlog.h>\n", "not in the third-party column of ca")

    def test_a_third_partys_header_outside_its_folder_is_refused(self):
        self.refuses("core/store/x.cpp", "#include <sqlite3.h>\n", "only be included in core/store/sqlite/")

    def test_an_inner_library_in_a_public_header_is_refused(self):
        self.refuses("include/yuxin/base/x.hpp", "#include <spdlog/spdlog.h>\n", "may not be in a public header")

    def test_another_modules_private_header_is_refused(self):
        self.refuses("ca/x.cpp", '#include "../core/store/rows.hpp"\n', "a private header of another module")

    def test_a_private_header_in_a_public_one_is_refused(self):
        self.refuses("include/yuxin/store/x.hpp", '#include "rows.hpp"\n', "only public headers")

    def test_a_unit_test_sees_no_more_than_its_module(self):
        self.refuses("tests/unit/ca/x_test.cpp", '#include "yuxin/http/server.hpp"\n', "a unit test of ca includes http")

    def test_a_module_that_the_table_does_not_know_is_refused(self):
        self.refuses("include/yuxin/extra/x.hpp", "", "no such module")

    def test_a_link_that_the_table_does_not_allow_is_refused(self):
        self.refuses("CMakeLists.txt", CMAKE.replace("ca DEPENDS base store", "ca DEPENDS base store http"), "module ca links")

    def test_a_circle_is_refused(self):
        found = self.problems(files={"docs/architecture.md": TABLE.replace("| `core/base` | – |", "| `core/base` | `ca` |"),
                                     "CMakeLists.txt": CMAKE.replace("core/base DEPENDS", "core/base DEPENDS ca")})
        self.assertEqual(len(found), 1, found)
        self.assertIn("does not stand below", found[0])

    def test_the_system_clock_is_read_in_one_place(self):
        for code in ("auto t = std::chrono::system_clock::now();", "auto t = std::time(nullptr);", "auto t = time(0);",
                     "clock_gettime(CLOCK_REALTIME, &t);"):
            self.refuses("ca/x.cpp", code, "system clock")

    def test_a_clock_is_made_in_the_composition_root(self):
        self.refuses("ca/x.cpp", "auto& c = base::system_clock();", "made in cli/app only")

    def test_sql_stands_in_repositories(self):
        for code in ('auto q = "SELECT a FROM b";', 'auto q = R"(\nDELETE FROM t)";', 'auto q = "UPDATE t SET a = 1";',
                     'auto q = "SELECT a, "\n"b FROM t";'):
            self.refuses("ca/x.cpp", code, "SQL stands")

    def test_signing_stands_in_x509(self):
        self.refuses("ca/x.cpp", "EVP_DigestSign(c, s, &n, d, l);", "signing calls")

    def test_sockets_stand_in_http(self):
        self.refuses("ca/x.cpp", "#include <sys/socket.h>\n", "sockets")

    def test_ocsp_sees_only_the_status(self):
        self.refuses("ocsp/x.cpp", "void f(store::Writer& w);", "status")
        self.assertEqual(self.problems({"ocsp/x.cpp": "void f(const store::StatusReader& r);"}), [])

    def test_no_other_program_is_started(self):
        self.refuses("ca/x.cpp", 'void f() { system("rm"); }', "no other program")

    def test_weak_randomness_is_refused(self):
        self.refuses("ca/x.cpp", "std::mt19937 r;", "randomness")


if __name__ == "__main__":
    unittest.main()
