// What callers are told when the commit of their group failed, and what came after it failed too.
#include "core/store/group_writer.hpp"

#include <doctest/doctest.h>

#include <future>

namespace {

using namespace yuxin;
using base::Code;
using base::Result;

// Script is a committer whose steps fail as they are told to.
class Script final : public store::Committer, public store::Session {
 public:
  std::vector<Result<>> begins;   // what the begins give, in turn; those after them succeed
  std::vector<Result<>> commits;  // in turn, too
  bool unsure = false;

  [[nodiscard]] store::Session& session() override { return *this; }
  [[nodiscard]] Result<> begin() override { return next(begins, begun_); }
  [[nodiscard]] Result<> commit() override { return next(commits, committed_); }
  [[nodiscard]] bool is_unsure() const override { return unsure; }
  void roll_back() override {}
  [[nodiscard]] Result<> savepoint() override { return {}; }
  [[nodiscard]] Result<> release() override { return {}; }
  [[nodiscard]] Result<> roll_back_to_savepoint() override { return {}; }
  [[nodiscard]] bool in_transaction() const override { return true; }
  [[nodiscard]] std::int64_t writes() const override { return 0; }
  void housekeeping() override {}

  [[nodiscard]] Result<std::int64_t> execute(std::string_view, std::span<const store::Value>) override { return 0; }
  [[nodiscard]] Result<std::int64_t> insert(std::string_view, std::span<const store::Value>) override { return 0; }
  [[nodiscard]] Result<> query(std::string_view, std::span<const store::Value>, const store::RowVisitor&) override {
    return {};
  }

 private:
  static Result<> next(const std::vector<Result<>>& told, std::size_t& at) {
    return at < told.size() ? told[at++] : Result<>();
  }
  std::size_t begun_ = 0;
  std::size_t committed_ = 0;
};

Result<> failed(Code code, const char* what) { return base::fail(code, what); }

// outcomes runs two bodies as one group: they are handed in while a first transaction is at work.
std::vector<Result<>> outcomes(Script& script, const store::Transaction& one, const store::Transaction& other) {
  std::promise<void> started, go;
  std::array<std::promise<Result<>>, 2> results;
  {
    store::GroupWriter writer(script, 64);
    writer.submit(
        [&](store::Session&) -> Result<> {
          started.set_value();
          go.get_future().wait();
          return {};
        },
        [](const Result<>&) {});
    started.get_future().wait();
    writer.submit(one, [&](Result<> result) { results[0].set_value(std::move(result)); });
    writer.submit(other, [&](Result<> result) { results[1].set_value(std::move(result)); });
    go.set_value();
  }
  return {results[0].get_future().get(), results[1].get_future().get()};
}

Result<> fine(store::Session&) { return {}; }
Result<> refused(store::Session&) { return base::fail(Code::kConflict, "revoked already"); }

TEST_CASE("nobody is told that nothing was changed when the commit of the group may have been kept") {
  Script script;
  script.unsure = true;
  script.begins = {{}, {}, failed(Code::kUnavailable, "read-only; nothing was changed")};
  script.commits = {{}, failed(Code::kUnavailable, "may or may not have been kept")};
  for (const auto& outcome : outcomes(script, fine, fine)) {
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().detail == "may or may not have been kept");
  }
}

TEST_CASE("who was refused for a reason of his own is told that reason") {
  Script script;
  script.unsure = true;
  script.begins = {{}, {}, {}};
  const auto bad = failed(Code::kUnavailable, "may or may not have been kept");
  script.commits = {{}, bad, bad, bad, bad};
  const auto told = outcomes(script, refused, fine);
  REQUIRE_FALSE(told[0]);
  CHECK(told[0].error().code == Code::kConflict);
  REQUIRE_FALSE(told[1]);
  CHECK(told[1].error().detail == "may or may not have been kept");
}

TEST_CASE("once a later commit has taken the place of the lost one, failures are what they say") {
  Script script;
  script.unsure = true;
  const auto bad = failed(Code::kUnavailable, "may or may not have been kept");
  // the first transaction; the group without savepoints; with them; the first body alone; the second alone
  script.begins = {{}, {}, {}, {}, failed(Code::kUnavailable, "read-only; nothing was changed")};
  script.commits = {{}, bad, bad, {}};
  const auto told = outcomes(script, fine, fine);
  CHECK(told[0]);
  REQUIRE_FALSE(told[1]);
  CHECK(told[1].error().detail == "read-only; nothing was changed");
}

TEST_CASE("a commit that certainly failed is tried again, and the last word counts") {
  Script script;
  script.begins = {{}, {}, failed(Code::kUnavailable, "read-only; nothing was changed")};
  script.commits = {{}, failed(Code::kUnavailable, "full; nothing was changed")};
  for (const auto& outcome : outcomes(script, fine, fine)) {
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().detail == "read-only; nothing was changed");
  }
}

}  // namespace
