#include "home.hpp"

namespace {
using namespace yuxin;
using namespace yuxin::test;
}  // namespace

TEST_CASE("records are numbered from nought without a gap, also after one that was undone") {
  Home home;
  CHECK(home.append("k", "o", "{}") == 0);
  CHECK(home.append("k", "o", "{}") == 1);
  const auto undone = home.try_write([](Writer& writer) -> Result<> {
    TRY(const auto sequence, evidence::append(writer, {"k", "o", "a", {0}, "{}", {}}));
    CHECK(sequence == 2);
    return base::fail(Code::kRefused, "No.");
  });
  REQUIRE_FALSE(undone);
  CHECK(home.append("k", "o", "{}") == 2);
  CHECK(home.head().size == 3);
}

TEST_CASE("a fact and its record are stored together or not at all") {
  Home home;
  const auto undone = home.try_write([](Writer& writer) -> Result<> {
    TRY(writer.set_setting("name", "value"));
    TRY(evidence::append(writer, {"setting.changed", "name", "a", {0}, "{}", {}}));
    return base::fail(Code::kRefused, "No.");
  });
  REQUIRE_FALSE(undone);
  home.read([](Reader& reader) -> Result<> {
    CHECK(reader.setting("name").value().empty());
    CHECK(evidence::size(reader).value() == 0);
    return {};
  });
}

TEST_CASE("records come back as they went in, a part at a time") {
  Home home;
  for (int i = 0; i < 10; ++i)
    home.append("k" + std::to_string(i), "o", "{}", base::Bytes(static_cast<std::size_t>(i), 1));
  std::vector<std::int64_t> seen;
  home.read([&](Reader& reader) {
    return evidence::for_each(reader, 3, 7, [&](const evidence::StoredRecord& record) -> Result<> {
      seen.push_back(record.sequence);
      CHECK(record.attachment.size() == static_cast<std::size_t>(record.sequence));
      CHECK(record.text.find("\"k" + std::to_string(record.sequence) + "\"") != std::string::npos);
      return {};
    });
  });
  CHECK(seen == std::vector<std::int64_t>{3, 4, 5, 6});
}

TEST_CASE("the tree head is the same whether or not a part of the tree was remembered") {
  Home remembering;
  Home forgetful;
  for (int i = 0; i < 40; ++i) {
    for (auto* home : {&remembering, &forgetful}) home->append("k", std::to_string(i), "{}");
    if (i % 7 == 3) remembering.remember();
    CHECK(remembering.head() == forgetful.head());
  }
}

TEST_CASE("a ledger that was cut off gives no head and remembers nothing new") {
  Home home;
  for (int i = 0; i < 5; ++i) home.append("k", "o", "{}");
  home.remember();
  home.tamper("DELETE FROM ledger WHERE sequence = 4");
  const auto head = home.store().read([](Reader& reader) -> Result<> {
    TRY(evidence::tree_head(reader));
    return {};
  });
  REQUIRE_FALSE(head);
  CHECK(head.error().code == Code::kIntegrity);
  const auto remembered = home.try_write([](Writer& writer) { return evidence::remember_frontier(writer); });
  REQUIRE_FALSE(remembered);
  CHECK(remembered.error().code == Code::kIntegrity);
}
