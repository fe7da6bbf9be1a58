// Looking at every key of the tree: whether it opens, and is what it says it is.
#include "tree.hpp"

namespace yuxin::keymgmt {

using base::message;
using base::Result;
using repository::VersionRow;

namespace {

constexpr std::size_t kMostProblems = 100;
constexpr std::int64_t kPage = 500;

class Check {
 public:
  Check(KeyTree::Impl& tree, store::Session& session, KeyTree::Report& report)
      : tree_(tree), session_(session), report_(report) {}

  Result<> key(const TreeKey& key) {
    ++report_.keys;
    TRY(const auto versions, repository::versions(session_, key.id));
    if (key.state == KeyState::kDestroyed) {
      ++report_.destroyed;
      if (!versions.empty())
        problem(message("The key {} is called destroyed, and something of it is left.", key.name));
      return {};
    }
    if (versions.empty())
      problem(message("The key {} is {}, and nothing of it is left.", key.name, key_state_text(key.state)));
    for (const auto& row : versions) {
      ++report_.versions;
      if (auto good = version(key, row); !good) problem(good.error().detail);
    }
    return {};
  }

 private:
  Result<> version(const TreeKey& key, const VersionRow& row) {
    TRY(const auto plain, tree_.material(session_, key, row));
    TRY(const auto value, check_value(plain, {key.name, row.number}));
    if (!base::equal_constant_time(value, row.check_value))
      return base::fail(base::Code::kIntegrity, "The key {} is not what it was when it was made.", key.name);
    if (key.wraps()) return {};
    TRY(const auto opened, x509::PrivateKey::from_pkcs8(plain.view()));
    if (!base::equal(opened.public_key().spki(), key.public_key))
      return base::fail(base::Code::kIntegrity, "The key {} is not the one that its public key says.", key.name);
    return {};
  }
  void problem(std::string text) {
    if (report_.problems.size() < kMostProblems) report_.problems.push_back(std::move(text));
  }

  KeyTree::Impl& tree_;
  store::Session& session_;
  KeyTree::Report& report_;
};

}  // namespace

Result<KeyTree::Report> KeyTree::verify(const Progress& progress) {
  Report report;
  impl_->forget();
  // one transaction: the tree as it stands at one moment, whatever others do to it meanwhile
  TRY(impl_->store->read([&](store::Reader& reader) -> Result<> {
    auto& session = reader.session();
    Check check(*impl_, session, report);
    TRY(const auto total, repository::count_keys(session));
    std::int64_t after = 0;
    for (;;) {
      if (progress && !progress(report.keys, total)) {
        return base::fail(base::Code::kUnavailable, "The check was stopped after {} of {} keys.", report.keys, total);
      }
      TRY(const auto page, repository::keys_after(session, after, kPage));
      for (const auto& key : page) TRY(check.key(key));
      if (page.size() < static_cast<std::size_t>(kPage)) return {};
      after = page.back().id;
    }
  }));
  return report;
}

}  // namespace yuxin::keymgmt
