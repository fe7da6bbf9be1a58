#include "key_record.hpp"

#include "key_view.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::cli {

using base::Result;

Result<> append_key_record(store::Writer& writer, const std::string& actor, base::UnixTime now,
                           const KeyRecord& record) {
  TRY(evidence::append(writer, {.kind = "key." + record.kind,
                                .object = "keys/" + record.name,
                                .actor = actor,
                                .time = now,
                                .data = record.data,
                                .attachment = {}}));
  return {};
}

Result<> record_key(Home& home, const std::string& actor, const KeyRecord& record) {
  return home.store().write(
      [&](store::Writer& writer) { return append_key_record(writer, actor, home.clock().now(), record); });
}

Result<> append_generated(store::Writer& writer, const std::string& actor, base::UnixTime now,
                          const std::string& name, const x509::PublicKey& key) {
  const auto digest = base::hex(x509::sha256(key.spki()));
  const auto setting = "generated/" + digest;
  TRY(const auto known, writer.setting(setting));
  if (!known.empty()) return {};
  TRY(writer.set_setting(setting, shown_key_name(name)));
  return append_key_record(
      writer, actor, now,
      {.kind = "generated",
       .name = shown_key_name(name),
       .data = evidence::ObjectWriter().add("key", digest).add("kind", x509::print_key_kind(key.kind())).finish()});
}

Result<> record_generated(Home& home, const std::string& actor, const std::string& name, const x509::PublicKey& key) {
  return home.store().write(
      [&](store::Writer& writer) { return append_generated(writer, actor, home.clock().now(), name, key); });
}

}  // namespace yuxin::cli
