#include "root_rotation.hpp"

#include "custodian_unlock.hpp"
#include "new_passphrase.hpp"
#include "progress.hpp"
#include "unlocking.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/keystore.hpp"
#include "yuxin/keymgmt/reshare.hpp"
#include "yuxin/keymgmt/sealed_secrets.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::UnlockWay;

namespace {

// A passphrase that is kept is taken as it is; one that is typed here is new.
Result<base::Secret> new_root_passphrase(const Context& context) {
  if (context.options().passphrase_file || !context.interactive())
    return context.passphrase(message("Passphrase for the new root key"));
  return type_new_passphrase(context, message("Passphrase for the new root key"), May::kNotStayEmpty);
}

UnlockWay::Kind kept_kind(const Opened& opened) {
  if (opened.joined) return UnlockWay::Kind::kShares;
  return opened.home->token_that_unlocked().empty() ? UnlockWay::Kind::kPassphrase : UnlockWay::Kind::kToken;
}

bool is_kept(const Opened& opened, const UnlockWay& way) {
  if (way.kind != kept_kind(opened)) return false;
  if (way.kind == UnlockWay::Kind::kPassphrase) return true;
  return way.label == (opened.joined ? opened.label : opened.home->token_that_unlocked());
}

// Nobody can seal for people who are not there: what else unlocked the home must be made anew.
Result<> ask_about_others(const Context& context, const Opened& opened) {
  TRY(const auto ways, keymgmt::unlock_ways(opened.home->keys_folder()));
  std::size_t sets = 0;
  std::vector<std::string> others;
  for (const auto& way : ways) {
    if (is_kept(opened, way)) continue;
    if (way.kind == UnlockWay::Kind::kShares) {
      ++sets;
    } else {
      others.push_back(way_text(way));
    }
  }
  const auto ask = [&](const std::string& question) -> Result<> {
    TRY(const auto yes, context.confirm(question));
    if (!yes) return fail(Code::kUsage, "Nothing was changed.");
    return {};
  };
  if (sets > 0) {
    TRY(
        ask(message("{} sets of shares unlock this home, and none of them will unlock the new root key. New shares "
                    "must be made afterwards. Go on?",
                    sets)));
  }
  if (others.empty()) return {};
  return ask(message("The new root key is not unlocked by {}. Add that again afterwards: yuxin unlock add. Go on?",
                     base::join(others, message(", "))));
}

Result<keymgmt::UnlockedRoot> next_root(const Context& context, const Opened& opened) {
  auto& home = *opened.home;
  const auto folder = home.keys_folder();
  switch (kept_kind(opened)) {
    case UnlockWay::Kind::kShares:
      return keymgmt::begin_root_rotation(folder, home.root(),
                                          {{UnlockWay::Kind::kShares, opened.label, {}, {}}, *opened.joined});
    case UnlockWay::Kind::kToken: {
      const auto& uri = home.token_that_unlocked();
      TRY(const auto token, home.keys().token(uri));
      TRY(const auto key, token->decrypter(uri));
      return keymgmt::begin_root_rotation(folder, home.root(), uri, *key);
    }
    case UnlockWay::Kind::kPassphrase:
      break;
  }
  TRY(const auto passphrase, new_root_passphrase(context));
  return keymgmt::begin_root_rotation(folder, home.root(), {{}, passphrase});
}

}  // namespace

Result<Opened> open_for_rotation(const Context& context, const Arguments& arguments) {
  const auto file = arguments.maybe("--shares");
  if (!file) {
    TRY(auto home, open_unlocked_home(context));
    return Opened{std::move(home), {}, {}};
  }
  TRY(const auto shares, keymgmt::load_register(*file));
  TRY(auto home, open_home(context, Home::Access::kWrite));
  TRY(auto joined, unlock_by_custodians(context, arguments, *file, *home));
  TRY(end_interrupted(context, *home));
  return Opened{std::move(home), std::move(joined), unlock_label(shares)};
}

Result<std::int64_t> rotate_root(const Context& context, Opened& opened) {
  auto& home = *opened.home;
  if (!home.root().before) {
    TRY(ask_about_others(context, opened));
    TRY(auto next, next_root(context, opened));
    home.unlocked_by(std::move(next));
  }
  keymgmt::SoftwareKeyStore files(home.keys_folder(), home.root().clone());
  TRY(auto count, files.rewrap(progress_of(context, message("key files"))));
  const keymgmt::SealedSecrets secrets(home.keys_folder(), home.root().clone());
  TRY(const auto sealed, secrets.rewrap());
  count += sealed;
  TRY(auto keys, home.key_tree(context.actor()));
  const keymgmt::KeyContext by{context.actor(), context.clock().now()};
  TRY(const auto wrapped, keys->finish_rotation("root", by, progress_of(context, message("keys"))));
  TRY(keymgmt::end_root_rotation(home.keys_folder()));
  return count + wrapped;
}

}  // namespace yuxin::cli
