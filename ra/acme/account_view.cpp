// Accounts as an operator sees them.
#include "acme/repository.hpp"
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

Result<> deactivate_acme_account(store::Store& store, std::string_view name) {
  return store.write([&](store::Writer& writer) -> Result<> {
    TRY(auto account, acme::repository::account_named(writer.session(), name));
    if (!account)
      return fail(Code::kNotFound, "There is no ACME account {}. See: yuxin acme list", std::string(name));
    if (account->status != acme::Status::kValid)
      return fail(Code::kConflict, "The ACME account {} was deactivated before.", account->name);
    account->status = acme::Status::kDeactivated;
    return acme::repository::update_account(writer.session(), *account);
  });
}

}  // namespace yuxin::ra
