#include "share_input.hpp"

#include <cstring>

#include "identity.hpp"
#include "share_typing.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/share_file.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using base::Secret;
using keymgmt::OpenedShare;

namespace {

constexpr std::size_t kLargestFile = 1U << 20U;
constexpr std::size_t kLargestText = 1U << 14U;

// "FILE", "FILE,PASSPHRASE-FILE", "FILE,IDENTITY" or "FILE,IDENTITY,PASSPHRASE-FILE".
struct Named {
  std::string file;
  std::string opener;
  std::string passphrase;
};

Named named(const std::string& value) {
  const auto parts = base::split(value, ',');
  const auto part = [&](std::size_t number) { return number < parts.size() ? std::string(parts[number]) : ""; };
  return {part(0), part(1), part(2)};
}

// A share is a file, or a data object on a token.
Result<Secret> read_share(const keymgmt::KeyRing& tokens, const std::string& name) {
  if (!keymgmt::is_token_name(name)) return read_secret_file(name, kLargestFile);
  TRY(const auto token, tokens.token(name));
  return token->data(name);
}

Result<Secret> passphrase_of(const Context& context, const std::string& file, const std::string& question) {
  if (!file.empty()) return base::read_passphrase_file(file);
  if (!context.interactive()) {
    return fail(Code::kUsage,
                "The share is sealed under a passphrase, and nobody can be asked here. Name a file with it: --share "
                "FILE,PASSPHRASE-FILE");
  }
  return context.ask_secret(question);
}

Result<Secret> open_for_holder(const Context& context, const keymgmt::KeyRing& tokens, const keymgmt::ShareFile& file,
                               const Named& name) {
  if (file.seal == keymgmt::ShareSeal::kPassphrase) {
    TRY(const auto passphrase,
        passphrase_of(context, name.opener, message("Passphrase of {} for the share", file.custodian)));
    return keymgmt::open_share(file, passphrase);
  }
  const auto& options = context.options();
  const auto identity = name.opener.empty() ? options.identity.value_or("") : name.opener;
  const auto given = name.opener.empty() ? options.identity_passphrase_file.value_or("") : name.passphrase;
  if (identity.empty()) {
    return fail(
        Code::kUsage,
        "The share of {} is sealed for a certificate. Name that with its key: --share FILE,officer.p12, --share "
        "FILE,pkcs11:token=LABEL;object=NAME, or yuxin --as …",
        file.custodian);
  }
  TRY(const auto opener, open_share_opener(context, tokens, identity, given, file.certificate));
  return keymgmt::open_share(file, opener);
}

}  // namespace

Result<Secret> read_secret_file(const std::string& path, std::size_t limit) {
  TRY(auto octets, base::read_file(path, limit));
  Secret secret{base::ByteView(octets)};
  ::explicit_bzero(octets.data(), octets.size());
  return secret;
}

std::vector<OptionSpec> share_options(Arity arity) {
  return {{"--share", arity, Presence::kOptional, "FILE[,OPENER]",
           "a sealed share, in a file or on a token (pkcs11:token=LABEL;object=NAME); OPENER is a file with its "
           "passphrase, or the certificate with its key: a file, or pkcs11:…"},
          {"--words-file", arity, Presence::kOptional, "FILE", "a share in words, from a file"},
          {"--words", Arity::kFlag, Presence::kOptional, "", "type the words of a share; they are not shown"}};
}

bool names_a_share(const Arguments& arguments) {
  return arguments.has("--share") || arguments.has("--words-file") || arguments.has("--words");
}

ShareInput::ShareInput(const Context& context, const Arguments& arguments, const keymgmt::ShareRegister& shares,
                       Proof proof)
    : context_(context),
      shares_(shares),
      proof_(proof),
      files_(arguments.many("--share")),
      word_files_(arguments.many("--words-file")),
      typed_wanted_(arguments.has("--words")),
      in_turn_(!names_a_share(arguments)) {}

Result<ShareInput> ShareInput::of(const Context& context, const Arguments& arguments,
                                  const keymgmt::ShareRegister& shares, Proof proof) {
  ShareInput input(context, arguments, shares, proof);
  if (input.in_turn_ && !context.interactive()) {
    return fail(Code::kUsage,
                "Nobody can be asked for shares here. Name them: --share FILE,PASSPHRASE-FILE or --words-file FILE, "
                "once for each.");
  }
  if (input.typed_wanted_ && !context.interactive())
    return fail(Code::kUsage, "Words are typed at a terminal, and here is none. Take a file: --words-file FILE");
  return input;
}

Result<std::optional<OpenedShare>> ShareInput::next(const std::string& status) {
  said_.clear();
  if (in_turn_) return ask_next(status);
  const auto number = at_++;
  if (number < files_.size()) return from_file(files_[number]);
  if (number < files_.size() + word_files_.size()) return from_words_file(word_files_[number - files_.size()]);
  if (!typed_wanted_) return std::optional<OpenedShare>();
  typed_wanted_ = false;
  return type_share(context_, shares_.secret_size, proof_);
}

Result<std::optional<OpenedShare>> ShareInput::ask_next(const std::string& status) {
  context_.remark(message("There so far: {}", status));
  const auto file =
      context_.ask(message("Next custodian: name the share's file, press Enter alone to type the words, "
                           "or type . to stop"),
                   "");
  if (!file || *file == ".") return std::optional<OpenedShare>();  // an input that ended is an answer too
  if (file->empty()) return type_share(context_, shares_.secret_size, proof_);
  return from_file(*file);
}

Result<OpenedShare> ShareInput::from_file(const std::string& value) {
  const auto name = named(value);
  // the token of a custodian is known for this share alone: the next one may be another card of the same name
  TRY(const auto tokens, tokens_of(context_));
  TRY(const auto octets, read_share(*tokens, name.file));
  auto file = keymgmt::parse_share_file(octets.text());
  if (!file) return fail(file.error().code, "{}: {}", name.file, file.error().detail);
  said_ = file->custodian;
  if (!base::equal(file->set, shares_.set)) {
    return fail(Code::kBadSignature, "{} is a share of another set than the register \"{}\".", name.file,
                shares_.title);
  }
  TRY(const auto text, open_for_holder(context_, *tokens, *file, name));
  return keymgmt::parse_share_text(text.text(), shares_.secret_size);
}

Result<OpenedShare> ShareInput::from_words_file(const std::string& path) const {
  TRY(const auto text, read_secret_file(path, kLargestText));
  auto opened = keymgmt::parse_share_text(text.text(), shares_.secret_size);
  if (!opened) return fail(opened.error().code, "{}: {}", path, opened.error().detail);
  return opened;
}

}  // namespace yuxin::cli
