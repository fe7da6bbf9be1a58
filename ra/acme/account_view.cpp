// Accounts as an operator sees them.
#include "repository.hpp"
#include "world.hpp"
#include "yuxin/ra/acme.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::int64_t kPage = 500;

AcmeAccountView view_of(const acme::Account& account) {
  return {account.name, account.client, account.contacts, account.status == acme::Status::kValid, account.created};
}

}  // namespace

Result<std::vector<AcmeAccountView>> acme_accounts(store::Store& store) {
  std::vector<AcmeAccountView> views;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    views.clear();
    std::int64_t after = 0;
    for (;;) {
      TRY(const auto page, acme::repository::list_accounts(reader.session(), after, kPage));
      for (const auto& account : page) views.push_back(view_of(account));
      if (std::ssize(page) < kPage) return {};
      after = page.back().row;
    }
  }));
  return views;
}

namespace {

Result<acme::Account> account_in(store::Reader& reader, std::string_view name) {
  TRY(auto account, acme::repository::account_named(reader.session(), name));
  if (account) return std::move(*account);
  return fail(Code::kNotFound, "There is no ACME account {}. See: yuxin acme list", std::string(name));
}

}  // namespace

Result<AcmeAccountView> find_acme_account(store::Store& store, std::string_view name) {
  AcmeAccountView view;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(const auto account, account_in(reader, name));
    view = view_of(account);
    return {};
  }));
  return view;
}

Result<> deactivate_acme_account(store::Store& store, std::string_view name, const AcmeActor& actor) {
  return store.write([&](store::Writer& writer) -> Result<> {
    TRY(auto account, account_in(writer, name));
    if (account.status != acme::Status::kValid)
      return fail(Code::kConflict, "The ACME account {} was deactivated before.", account.name);
    account.status = acme::Status::kDeactivated;
    TRY(acme::repository::update_account(writer.session(), account));
    return acme::note_account(writer, account, "deactivated", actor);
  });
}

}  // namespace yuxin::ra
