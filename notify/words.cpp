#include "words.hpp"

#include <map>

#include "yuxin/base/time.hpp"
#include "yuxin/base/translation.hpp"
#include "yuxin/notify/message.hpp"

namespace yuxin::notify {

using base::Language;
using base::translatable;

namespace {

using Table = std::map<std::string_view, const char*>;

// Every kind of record that a home writes.
const Table& kinds() {
  static const Table kTable = {
      {"acme.account.created", translatable("ACME account made")},
      {"acme.account.deactivated", translatable("ACME account closed")},
      {"acme.account.key-changed", translatable("Key of an ACME account changed")},
      {"act.accepted", translatable("Signed act accepted")},
      {"authority.certified", translatable("Authority certified")},
      {"authority.imported", translatable("Certificate of an authority brought in")},
      {"case.deadline", translatable("Deadline of a case passed")},
      {"case.effect", translatable("What a case ordered was carried out")},
      {"case.step", translatable("Step of a case")},
      {"certificate.entered", translatable("Certificate entered from a revocation list")},
      {"certificate.held", translatable("Certificate put on hold")},
      {"certificate.intent", translatable("Certificate about to be issued")},
      {"certificate.issued", translatable("Certificate issued")},
      {"certificate.released", translatable("Certificate released from hold")},
      {"certificate.revoked", translatable("Certificate revoked")},
      {"certificate.void", translatable("Issuance ended without a certificate")},
      {"client.added", translatable("Client for machines added")},
      {"client.removed", translatable("Client for machines removed")},
      {"clock.accepted", translatable("Clock of the host accepted as it stands")},
      {"crl.imported", translatable("Revocation list brought in")},
      {"crl.published", translatable("Revocation list published")},
      {"invitation.answered", translatable("Invitation answered")},
      {"invitation.closed", translatable("Invitation closed after wrong codes")},
      {"key.created", translatable("Key created")},
      {"key.destroyed", translatable("Key destroyed")},
      {"key.generated", translatable("Key pair generated")},
      {"key.migrated", translatable("Key moved to a token")},
      {"key.passphrase", translatable("Passphrase that unlocks the home set")},
      {"key.rewrapped", translatable("Keys below a key encrypted anew")},
      {"key.rotated", translatable("Key rotated")},
      {"key.shares", translatable("Shares that unlock the home made")},
      {"key.state", translatable("State of a key changed")},
      {"key.token", translatable("Token that unlocks the home added")},
      {"key.way-removed", translatable("A way to unlock the home removed")},
      {"notification.given-up", translatable("Notifications given up")},
      {"notification.test", translatable("Test of notifications")},
      {"registry.added", translatable("Registration authority on another host added")},
      {"registry.order", translatable("Order of a registration authority carried out")},
      {"registry.refused", translatable("Order of a registration authority refused")},
      {"registry.removed", translatable("Registration authority on another host removed")},
      {"role.granted", translatable("Role granted")},
      {"role.list", translatable("List of revoked roles published")},
      {"role.revoked", translatable("Role revoked")},
      {"transfer.peer", translatable("Other side of bundles changed")},
      {"transfer.received", translatable("Bundle taken in")},
      {"transfer.restored", translatable("Bundles after a restored backup")},
      {"transfer.resumed", translatable("Order of bundles taken up again")},
      {"transfer.sent", translatable("Bundle sent")},
      {"tsa.serials", translatable("Serial numbers of time stamps reserved")},
      {"workflow.defined", translatable("Definition of a workflow taken up")},
  };
  return kTable;
}

// Members of the data of records. A kind and a member, where the same word is something else there.
const Table& members() {
  static const Table kTable = {
      {"act", translatable("act SHA-256")},
      {"action", translatable("action")},
      {"acts", translatable("acts SHA-256")},
      {"approvals", translatable("approved by acts")},
      {"at", translatable("counts from")},
      {"by", translatable("ordered by")},
      {"case", translatable("case")},
      {"ceremony", translatable("ceremony")},
      {"certificate", translatable("certificate SHA-256")},
      {"client", translatable("client")},
      {"code", translatable("code")},
      {"complete", translatable("signed by all")},
      {"copied", translatable("entry over there")},
      {"count", translatable("numbers reserved")},
      {"crl", translatable("list SHA-256")},
      {"deadline", translatable("time limit")},
      {"definition", translatable("definition SHA-256")},
      {"destroyed", translatable("destroyed versions")},
      {"detail", translatable("refusal")},
      {"digest", translatable("digest")},
      {"due", translatable("due")},
      {"effect", translatable("ordered")},
      {"facts", translatable("facts")},
      {"first", translatable("first number")},
      {"from", translatable("state before")},
      {"holder", translatable("holder")},
      {"intent", translatable("entry of the intent")},
      {"invalidity_date", translatable("invalid since")},
      {"key", translatable("key SHA-256")},
      {"kind", translatable("kind")},
      {"latest_before", translatable("latest time before")},
      {"level", translatable("level")},
      {"name", translatable("name")},
      {"names_under", translatable("names under")},
      {"next_update", translatable("next update")},
      {"not_after", translatable("valid until")},
      {"not_before", translatable("valid from")},
      {"number", translatable("number")},
      {"operation", translatable("operation")},
      {"organisation", translatable("registration point")},
      {"origin", translatable("ledger")},
      {"outcome", translatable("what came of it")},
      {"parent", translatable("key above")},
      {"per_day", translatable("a day at most")},
      {"previous", translatable("act before")},
      {"profile", translatable("profile")},
      {"profiles", translatable("profiles")},
      {"protocols", translatable("protocols")},
      {"public_key", translatable("public key SHA-256")},
      {"reason", translatable("reason")},
      {"records", translatable("ledger entries")},
      {"register", translatable("register SHA-256")},
      {"renewal", translatable("renewed with")},
      {"replaces", translatable("replaces")},
      {"role", translatable("role")},
      {"scope", translatable("scope")},
      {"sealed", translatable("sealed in SHA-256")},
      {"sequence", translatable("number")},
      {"serial", translatable("serial")},
      {"service", translatable("service key SHA-256")},
      {"set", translatable("set of shares")},
      {"sha256", translatable("SHA-256")},
      {"stamped", translatable("time stamp")},
      {"state", translatable("state")},
      {"state_before", translatable("state before")},
      {"step", translatable("step number")},
      {"to", translatable("state after")},
      {"to key.migrated", translatable("moved to")},
      {"type", translatable("type of act")},
      {"until", translatable("until")},
      {"version", translatable("version")},
      {"versions", translatable("destroyed versions")},
      {"way", translatable("way to unlock")},
      {"what", translatable("what follows")},
      {"within", translatable("for the points below")},
      {"workflow", translatable("workflow")},
      {"wrong_codes", translatable("wrong codes")},
  };
  return kTable;
}

// Values that are words of the program, of the members that have such.
const Table& words() {
  static const Table kTable = {
      // reasons of RFC 5280 section 5.3.1
      {"unspecified", translatable("no reason given")},
      {"keyCompromise", translatable("key compromised")},
      {"cACompromise", translatable("key of the authority compromised")},
      {"affiliationChanged", translatable("affiliation changed")},
      {"superseded", translatable("superseded")},
      {"cessationOfOperation", translatable("no longer in use")},
      {"certificateHold", translatable("temporarily on hold")},
      {"removeFromCRL", translatable("released from hold")},
      {"privilegeWithdrawn", translatable("privilege withdrawn")},
      {"aACompromise", translatable("attribute authority compromised")},
      {"failed", translatable("the signature failed")},
      {"interrupted", translatable("it was interrupted")},
      // what steps and deadlines order
      {"issue", translatable("issue the certificate")},
      {"hold", translatable("suspend the certificate")},
      {"release", translatable("release the certificate from hold")},
      {"revoke", translatable("revoke the certificate")},
      {"hold-all", translatable("suspend all certificates of the subject")},
      {"release-all", translatable("release all certificates of the subject from hold")},
      {"revoke-all", translatable("revoke all certificates of the subject")},
      {"act", translatable("a signed act")},
      {"deadline", translatable("a deadline")},
      // what a deadline came to
      {"warning", translatable("so much of the time is over, in per cent")},
      {"escalate", translatable("escalated to a role")},
      {"notify", translatable("a role is told")},
      {"mark", translatable("marked")},
      {"carry-out", translatable("carried out by itself")},
      {"receipt-overdue", translatable("nobody has signed for the delivery")},
      // keys
      {"pre-active", translatable("not in use yet")},
      {"active", translatable("in use")},
      {"suspended", translatable("suspended")},
      {"deactivated", translatable("out of use")},
      {"compromised", translatable("compromised")},
      {"root", translatable("root")},
      {"domain", translatable("domain")},
      {"service", translatable("service")},
      {"user", translatable("user")},
      {"passphrase", translatable("passphrase")},
      {"secret", translatable("a secret")},
      {"certificate", translatable("certificate")},
  };
  return kTable;
}

bool has_words(std::string_view member) {
  static constexpr std::string_view kMembers[] = {"by",      "effect", "from",         "kind", "level", "reason",
                                                  "renewal", "state",  "state_before", "to",   "way",   "what"};
  for (const auto one : kMembers) {
    if (one == member) return true;
  }
  return false;
}

std::optional<std::string_view> title_in(const Table& table, std::string_view key, Language language) {
  const auto found = table.find(key);
  if (found == table.end()) return std::nullopt;
  return base::translated(found->second, language);
}

}  // namespace

std::vector<std::string> known_kinds() {
  std::vector<std::string> all;
  for (const auto& [kind, title] : kinds()) all.emplace_back(kind);
  return all;
}

std::optional<std::string_view> kind_title(std::string_view kind, Language language) {
  return title_in(kinds(), kind, language);
}

std::optional<std::string_view> member_title(std::string_view kind, std::string_view member, Language language) {
  if (const auto special = title_in(members(), std::string(member) + " " + std::string(kind), language))
    return special;
  return title_in(members(), member, language);
}

std::optional<std::string> value_title(std::string_view member, const base::Json& value, Language language) {
  if (member == "complete" && value.is_int64())
    return std::string(
        base::translated(value.get_int64() == 0 ? translatable("not yet") : translatable("yes"), language));
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.get_string();
  if (const auto time = base::parse_rfc3339(text)) return base::local_time(*time);
  if (!has_words(member)) return std::nullopt;
  const auto title = title_in(words(), text, language);
  return title ? std::optional(std::string(*title)) : std::nullopt;
}

}  // namespace yuxin::notify
