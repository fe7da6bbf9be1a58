#include "yuxin/keymgmt/share_file.hpp"

#include "json_reading.hpp"
#include "keystore/passphrase_seal.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/x509/enveloped.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;
using base::Secret;

namespace {

constexpr std::string_view kFormat = "yuxin-share-file-1";
constexpr std::size_t kSetSize = 16;

ShareFile labelled(const ShareLabel& label, ShareSeal seal) {
  ShareFile file;
  file.set = label.set;
  file.fingerprint = label.fingerprint;
  file.group = label.group;
  file.custodian = label.custodian;
  file.seal = seal;
  return file;
}

bool is_sm2(const x509::Certificate& certificate) {
  const auto key = certificate.public_key();
  return key && key->kind().type == x509::KeyType::kSm2;
}

bool read_sealed(const JsonObject& object, ShareFile& file) {
  if (file.seal == ShareSeal::kPassphrase) {
    const auto* seal = object.if_contains("seal");
    if (seal == nullptr) return false;
    const auto parsed = parse_seal(base::print_json(*seal));
    if (!parsed) return false;
    file.sealed = print_seal(*parsed);
    return true;
  }
  const auto certificate = digest_member(object, "certificate");
  auto message = base::from_base64(base::json_string(object, "message"));
  if (file.seal != ShareSeal::kCertificate || !certificate || !message || message->empty()) return false;
  file.certificate = *certificate;
  file.message = std::move(*message);
  return true;
}

bool read_file(const JsonObject& object, ShareFile& file) {
  auto set = base::from_hex(base::json_string(object, "set"));
  const auto fingerprint = digest_member(object, "register");
  const auto seal = seal_named(base::json_string(object, "sealed_with"));
  file.group = base::json_string(object, "group");
  file.custodian = base::json_string(object, "custodian");
  if (!set || set->size() != kSetSize || !fingerprint || !seal || !is_share_name(file.group) ||
      !is_share_name(file.custodian))
    return false;
  file.set = std::move(*set);
  file.fingerprint = *fingerprint;
  file.seal = *seal;
  return read_sealed(object, file);
}

}  // namespace

Result<ShareFile> seal_share(const ShareLabel& label, const Secret& text, const Secret& passphrase) {
  if (passphrase.empty())
    return fail(Code::kUsage, "The passphrase of {} is empty, and seals nothing.", label.custodian);
  auto file = labelled(label, ShareSeal::kPassphrase);
  TRY(file.sealed, seal(text, passphrase));
  return file;
}

Result<ShareFile> seal_share(const ShareLabel& label, const Secret& text, const x509::Certificate& certificate) {
  auto file = labelled(label, ShareSeal::kCertificate);
  file.certificate = x509::sha256(certificate.der());
  TRY(file.message, x509::seal_message(text.view(), {certificate},
                                       is_sm2(certificate) ? x509::CmsForm::kGm : x509::CmsForm::kRfc5652));
  return file;
}

Result<Secret> open_share(const ShareFile& file, const Secret& passphrase) {
  if (file.seal != ShareSeal::kPassphrase)
    return fail(Code::kUsage, "The share of {} is sealed for a certificate; open it with that and its key.",
                file.custodian);
  auto text = open(file.sealed, passphrase);
  if (text) return text;
  // the sentences of the sealing speak of a home's keys
  if (text.error().code == Code::kNotAuthorised)
    return fail(Code::kNotAuthorised, "The passphrase does not open the share of {}.", file.custodian);
  if (text.error().code == Code::kIntegrity)
    return fail(Code::kIntegrity, "The share file of {} is damaged. Take another copy of it.", file.custodian);
  return text;
}

Result<Secret> open_share(const ShareFile& file, const Opener& opener) {
  if (file.seal != ShareSeal::kCertificate)
    return fail(Code::kUsage, "The share of {} is sealed under a passphrase, not for a certificate.", file.custodian);
  TRY(const auto message, x509::EnvelopedData::from_bytes(file.message));
  return x509::open_message(message, opener.certificate, *opener.key);
}

std::string print_share_file(const ShareFile& file) {
  JsonObject object{{"format", kFormat},   {"set", base::hex(file.set)},  {"register", base::hex(file.fingerprint)},
                    {"group", file.group}, {"custodian", file.custodian}, {"sealed_with", seal_name(file.seal)}};
  if (file.seal == ShareSeal::kPassphrase) {
    if (auto seal = base::parse_json(file.sealed)) object["seal"] = std::move(*seal);
  } else {
    object["certificate"] = base::hex(file.certificate);
    object["message"] = base::base64(file.message);
  }
  return base::print_json_pretty(object) + "\n";
}

Result<ShareFile> parse_share_file(std::string_view text) {
  const auto json = base::parse_json(text);
  ShareFile file;
  if (!json || !json->is_object() || !read_file(json->get_object(), file) || print_share_file(file) != text) {
    return fail(Code::kMalformed,
                "This is not the file of a share, or somebody changed it. Take another copy of it.");
  }
  return file;
}

}  // namespace yuxin::keymgmt
