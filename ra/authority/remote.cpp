// The authority on another host.
#include <algorithm>
#include <charconv>
#include <utility>

#include "authority/news.hpp"
#include "authority/wire.hpp"
#include "matter.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/ra/authority_interface.hpp"
#include "yuxin/ra/remote_authority.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;
using evidence::FollowedLedger;

namespace {

constexpr const char* kFollowed = "authority.followed";
constexpr const char* kAsked = "authority.asked";
constexpr const char* kPolicy = "authority.policy";
constexpr const char* kTrouble = "authority.trouble";

// Up to which of its acts this home has told the authority what cases have come to.
constexpr const char* kTold = "authority.told";

constexpr base::Seconds kNoteEvery{10};
constexpr std::int64_t kLookedAt = 1000;
constexpr std::size_t kLongestTold = std::size_t{2} << 20U;  // octets, of one act and of all at once

std::int64_t number_of(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}
base::UnixTime moment_of(const std::string& text) { return {number_of(text)}; }

wire::OrderMessage message_of(const Order& order) {
  wire::OrderMessage message{order.effect, order.step, {}, {}};
  for (const auto& act : order.acts) message.acts.push_back(base::to_bytes(act.der()));
  const auto wanted = base::json_string(order.of.about, "request");
  const auto file = std::ranges::find_if(order.files, [&](const workflow::File& one) {
    return one.label == kRequestLabel && base::hex(x509::sha256(one.octets)) == wanted;
  });
  if (file != order.files.end()) message.request = file->octets;
  return message;
}

}  // namespace

// One answer of the authority, kept; whether there is more.
Result<bool> RemoteAuthority::read_on() {
  std::string before;
  std::string policy;
  std::string asked;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(before, reader.setting(kFollowed));
    TRY(policy, reader.setting(kPolicy));
    TRY(asked, reader.setting(kAsked));
    return {};
  }));
  TRY(auto ledger, FollowedLedger::parse(before));
  auto news = parts_.call("news", {{"after", ledger.size()}});
  if (!news && news.error().code == Code::kConflict)
    return fail(Code::kIntegrity, "The authority shows another history than before: {}", news.error().detail);
  if (!news) return tl::unexpected(std::move(news).error());
  TRY(const auto opened, news::open({parts_.ledger, parts_.origin, ledger}, *news));
  const auto their_policy = base::json_string(*news, "policy");
  if (their_policy != policy) TRY(read_policy());
  const auto now = parts_.clock->now();
  const auto after = ledger.print();
  // nothing new is the usual answer; only now and then it is noted that it was given
  if (after == before && their_policy == policy && now - moment_of(asked) < kNoteEvery) return opened.left > 0;
  TRY(parts_.store->write([&](store::Writer& writer) -> Result<> {
    TRY(const auto present, writer.setting(kFollowed));
    if (present != before) return {};  // another process of this home was quicker
    TRY(news::keep(writer, opened));
    TRY(writer.set_setting(kFollowed, after));
    TRY(writer.set_setting(kPolicy, their_policy));
    return writer.set_setting(kAsked, std::to_string(now.seconds));
  }));
  return opened.left > 0;
}

Result<> RemoteAuthority::read_policy() const {
  TRY(const auto answer, parts_.call("policy", {}));
  const auto* files = answer.if_contains("files");
  if (files == nullptr || !files->is_object())
    return fail(Code::kMalformed, "What the authority sent cannot be read.");
  return parts_.keep_policy(files->get_object());
}

// What officers have decided the authority hears even where it orders nothing: a case that was rejected cannot be
// brought later as if it had not been. Gives whether there may be more.
Result<bool> RemoteAuthority::tell_on() {
  std::int64_t told = 0;
  evidence::FollowingActs following;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto text, reader.setting(kTold));
    told = number_of(text);
    TRY(following, evidence::following_acts(reader, told, kLookedAt));
    return {};
  }));
  // where most acts are those of machines, which follow none, it is noted now and then how far was looked
  if (following.acts.empty() && following.last - told < kLookedAt) return false;
  base::JsonArray acts;
  std::vector<std::int64_t> before;  // each of them: up to where was told
  std::size_t octets = 0;
  auto last = following.last;
  for (const auto& act : following.acts) {
    if (act.der.size() > kLongestTold) {
      base::log_warning(base::message("An act on {} is too long to be told the authority.", act.object));
      continue;
    }
    octets += act.der.size();
    if (octets > kLongestTold || acts.size() == wire::kMostActs) {
      last = act.id - 1;
      break;
    }
    acts.emplace_back(base::base64(act.der));
    before.push_back(act.id - 1);
  }
  if (!acts.empty()) {
    TRY(const auto answer, parts_.call("acts", {{"acts", std::move(acts)}}));
    const auto* heard = answer.if_contains("heard");
    if (heard == nullptr || !heard->is_int64() || heard->get_int64() < 0)
      return fail(Code::kMalformed, "What the authority sent cannot be read.");
    if (std::cmp_less(heard->get_int64(), before.size())) last = before[static_cast<std::size_t>(heard->get_int64())];
  }
  if (last == told) return false;  // it hears no more now
  TRY(parts_.store->write([&](store::Writer& writer) { return writer.set_setting(kTold, std::to_string(last)); }));
  return true;
}

Result<> RemoteAuthority::refresh() {
  const std::lock_guard lock(reading_);
  for (;;) {
    TRY(const bool more, tell_on());
    if (!more) break;
  }
  for (;;) {
    TRY(const bool more, read_on());
    if (!more) return {};
  }
}

Result<> RemoteAuthority::check(const std::shared_ptr<const ca::Profile>& profile, const ca::Enrolment& enrolment) {
  const wire::CheckMessage message{ca::approval_binding(profile->name, enrolment),
                                   base::to_bytes(enrolment.request.der())};
  TRY(parts_.call("check", wire::print(message)));
  return {};
}

Result<> RemoteAuthority::try_order(const Order& order) {
  TRY(parts_.call("trials", wire::print(message_of(order))));
  return {};
}

Result<Carried> RemoteAuthority::carry_out(const Order& order) {
  TRY(const auto answer, parts_.call("orders", wire::print(message_of(order))));
  Carried carried;
  carried.text = base::json_string(answer, "text");
  if (const auto* facts = answer.if_contains("facts"); facts != nullptr && facts->is_object())
    carried.facts = facts->get_object();
  carried.status_changed = answer.contains("status_changed") && answer.at("status_changed").is_bool() &&
                           answer.at("status_changed").get_bool();
  // what was issued is asked for next; where it cannot be had now, the order is given again and answered the same
  TRY(refresh());
  return carried;
}

Result<> RemoteAuthority::revoke(const ca::StatusOrder& order, const std::string& actor) {
  store::CertificateRow row;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(row, reader.find(order.authority, order.serial.content(), store::Reader::With::kRowOnly));
    return {};
  }));
  evidence::Act act;
  act.type = kMachineRevocation;
  act.object = order.authority_name + "/" + order.serial.hex();
  act.body = {{"about", about_existing(row, order.authority_name)},
              {"by", actor},
              {"reason", x509::reason_name(order.reason)}};
  act.role = *evidence::RoleCode::parse("RA.SERVICE");
  TRY(const auto signed_act, parts_.sign(std::move(act)));
  TRY(parts_.call("revocations", {{"act", base::base64(signed_act.der())}}));
  return refresh();
}

Result<base::Bytes> RemoteProofs::time_stamp(base::ByteView octets) {
  TRY(const auto answer, call_("proofs", {{"stamp", base::base64(octets)}}));
  return wire::octets(answer, "stamp");
}

namespace {

Result<std::vector<x509::Crl>> lists_in(const JsonObject& answer) {
  TRY(const auto ders, wire::octet_list(answer, "crls"));
  std::vector<x509::Crl> lists;
  for (const auto& der : ders) {
    TRY(auto list, x509::Crl::from_der(der));
    lists.push_back(std::move(list));
  }
  return lists;
}

}  // namespace

Result<evidence::ProofSource::Status> RemoteProofs::status(const x509::Certificate& certificate,
                                                           const x509::Certificate& issuer) {
  const JsonObject status{{"certificate", base::base64(certificate.der())}, {"issuer", base::base64(issuer.der())}};
  TRY(const auto answer, call_("proofs", {{"status", status}}));
  Status found;
  TRY(found.ocsp_responses, wire::octet_list(answer, "ocsp"));
  TRY(found.crls, lists_in(answer));
  return found;
}

Result<evidence::RoleProof> RemoteProofs::role(const x509::Certificate& holder, const evidence::RoleCode& role,
                                               const x509::AttributeCertificate* brought) {
  JsonObject question{{"holder", base::base64(holder.der())}, {"role", role.text()}};
  if (brought != nullptr) question["brought"] = base::base64(brought->der());
  TRY(const auto answer, call_("proofs", {{"role", std::move(question)}}));
  TRY(const auto der, wire::octets(answer, "grant"));
  TRY(auto grant, x509::AttributeCertificate::from_der(der));
  TRY(const auto ders, wire::octet_list(answer, "authorities"));
  std::vector<x509::Certificate> authorities;
  for (const auto& one : ders) {
    TRY(auto certificate, x509::Certificate::from_der(one));
    authorities.push_back(std::move(certificate));
  }
  TRY(auto lists, lists_in(answer));
  return evidence::RoleProof{
      .grant = std::move(grant), .authorities = std::move(authorities), .crls = std::move(lists), .responses = {}};
}

Result<Followed> followed(store::Store& store) {
  Followed known;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(const auto text, reader.setting(kFollowed));
    TRY(const auto ledger, FollowedLedger::parse(text));
    known.records = ledger.size();
    TRY(const auto asked, reader.setting(kAsked));
    known.asked = moment_of(asked);
    TRY(known.trouble, reader.setting(kTrouble));
    return {};
  }));
  return known;
}

Result<> note_trouble(store::Store& store, const std::string& trouble) {
  return store.write([&](store::Writer& writer) { return writer.set_setting(kTrouble, trouble); });
}

}  // namespace yuxin::ra
