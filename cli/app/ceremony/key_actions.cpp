// A key goes into a token; a key is destroyed.
#include <algorithm>

#include "actions.hpp"
#include "app/key_migration.hpp"
#include "app/key_view.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

std::string destroyed_setting(const std::string& key) { return "destroyed/" + key; }

// Once, however often it is tried: the setting stands in the same transaction.
Result<> record_destroyed(CeremonySession& session, Home& home, const std::string& key, const std::string& sealed) {
  return home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(const auto known, writer.setting(destroyed_setting(key)));
    if (known == sealed) return {};
    TRY(writer.set_setting(destroyed_setting(key), sealed));
    TRY(evidence::append(
        writer,
        {.kind = "key.destroyed",
         .object = "keys/" + key,
         .actor = session.context().actor(),
         .time = session.context().clock().now(),
         .data = evidence::ObjectWriter().add("ceremony", session.ceremony().id()).add("sealed", sealed).finish(),
         .attachment = {}}));
    return {};
  });
}

// The authority that signs with this very key, where there is one.
Result<std::string> user_of(Home& home, const std::string& key) {
  std::string name;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, reader.authorities());
    const auto found = std::ranges::find(rows, key, &store::AuthorityRow::key_name);
    if (found != rows.end()) name = found->name;
    return {};
  }));
  return name;
}

}  // namespace

Result<Deed> move_key(CeremonySession& session) {
  TRY(const auto home, session.home());
  const auto authority = session.step().value("authority");
  TRY(const auto moved, migrate_key(*home, {authority, session.step().value("token"), session.context().actor(),
                                            session.ceremony().id()}));
  end_work(session.context(), *home);
  return Deed{{{"authority", authority},
               {"key_kind", x509::print_key_kind(moved.public_key.kind())},
               {"key_name", shown_key_name(moved.name)},
               {"public_key", base::hex(x509::sha256(moved.public_key.spki()))}},
              {}};
}

Result<Deed> destroy_key(CeremonySession& session) {
  TRY(const auto home, session.home());
  const auto key = session.step().value("key_name");
  TRY(const auto software, home->keys().software());
  auto sealed = software->sealed_digest(key);
  if (!sealed && sealed.error().code != Code::kNotFound) return tl::unexpected(sealed.error());
  auto digest = sealed ? base::hex(*sealed) : std::string();
  if (session.ceremony().agreed()) {
    // what a power cut left is what was agreed to, half overwritten or gone
    const auto agreed = base::json_string(session.ceremony().prepared(), "sealed");
    if (sealed && digest != agreed && software->signer(key))
      return fail(Code::kConflict, "The key {} is another one than the witnesses agreed to destroy.", key);
    digest = agreed;
  } else {
    if (!sealed) return tl::unexpected(sealed.error());
    TRY(const auto open, software->public_key(key));
    TRY(auto user, user_of(*home, key));
    TRY(session.agree({{"authority", user},
                       {"key_kind", x509::print_key_kind(open.kind())},
                       {"key_name", key},
                       {"public_key", base::hex(x509::sha256(open.spki()))},
                       {"sealed", digest}}));
  }
  TRY(software->destroy(key));
  TRY(record_destroyed(session, *home, key, digest));
  end_work(session.context(), *home);
  return Deed{{{"key_name", key}, {"sealed", digest}}, {}};
}

}  // namespace yuxin::cli
