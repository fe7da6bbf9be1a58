#include "key_migration.hpp"

#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

Result<> rename_key(Home& home, const KeyMigration& wanted, const store::AuthorityRow& row, const std::string& name,
                    const x509::PublicKey& key) {
  evidence::ObjectWriter data;
  if (!wanted.ceremony.empty()) data.add("ceremony", wanted.ceremony);
  data.add("key", base::hex(x509::sha256(key.spki()))).add("to", name);
  const auto text = data.finish();
  return home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(writer.set_authority_key(row.id, name));
    TRY(evidence::append(writer, {.kind = "key.migrated",
                                  .object = "keys/" + row.key_name,
                                  .actor = wanted.actor,
                                  .time = home.clock().now(),
                                  .data = text,
                                  .attachment = {}}));
    return {};
  });
}

}  // namespace

Result<MigratedKey> migrate_key(Home& home, const KeyMigration& wanted) {
  TRY(const auto row, home.authority(wanted.authority));
  TRY(const auto name, keymgmt::token_key_name(wanted.token, wanted.authority));
  TRY(const auto token, home.keys().token(wanted.token));
  const bool there = row.key_name == name;
  if (!there) {
    if (row.key_name.empty() || keymgmt::is_token_name(row.key_name)) {
      return fail(Code::kConflict, "The key of authority {} is not in this home; it cannot be moved.",
                  wanted.authority);
    }
    TRY(const auto software, home.keys().software());
    TRY(const auto key, software->copy_to_token(row.key_name, *token, wanted.authority));
    TRY(rename_key(home, wanted, row, name, key));
  }
  TRY(const auto signer, home.keys().signer(name));
  return MigratedKey{name, signer->public_key(), !there};
}

}  // namespace yuxin::cli
