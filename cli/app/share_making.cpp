#include "share_making.hpp"

#include <algorithm>

#include "digest_lines.hpp"
#include "share_input.hpp"
#include "share_page.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/share_file.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using base::Secret;
using keymgmt::ShareSeal;

namespace {

constexpr std::size_t kShortestPassphrase = 8;

int digit(std::uint8_t octet) {
  if (octet >= '0' && octet <= '9') return octet - '0';
  if (octet >= 'a' && octet <= 'f') return octet - 'a' + 10;
  if (octet >= 'A' && octet <= 'F') return octet - 'A' + 10;
  return -1;
}

// Hexadecimal digits become octets in place of text; nothing for any other text.
std::optional<Secret> from_hex_text(const Secret& text) {
  auto digits = text.view();
  while (!digits.empty() && (digits.back() == '\n' || digits.back() == '\r'))
    digits = digits.first(digits.size() - 1);
  if (digits.empty() || digits.size() % 2 != 0 ||
      !std::ranges::all_of(digits, [](std::uint8_t octet) { return digit(octet) >= 0; }))
    return std::nullopt;
  Secret octets(digits.size() / 2);
  for (std::size_t i = 0; i < octets.size(); ++i)
    octets.data()[i] = static_cast<std::uint8_t>(digit(digits[2 * i]) * 16 + digit(digits[2 * i + 1]));
  return octets;
}

bool can_be_shared(const Secret& secret) {
  return secret.size() >= keymgmt::kShortestSecret && secret.size() <= keymgmt::kLongestSharedSecret &&
         secret.size() % 2 == 0;
}

std::vector<std::string> passphrase_holders(const keymgmt::SharePlan& plan) {
  std::vector<std::string> names;
  for (const auto& group : plan.groups) {
    for (const auto& member : group.members) {
      if (member.seal == ShareSeal::kPassphrase) names.push_back(member.name);
    }
  }
  return names;
}

Result<std::map<std::string, std::string>> named_files(const Arguments& arguments,
                                                       const std::vector<std::string>& holders) {
  std::map<std::string, std::string> files;
  for (const auto& value : arguments.many("--passphrase-for")) {
    const auto equals = value.find('=');
    const auto name = value.substr(0, equals);
    if (equals == std::string::npos || equals + 1 == value.size())
      return fail(Code::kUsage, "--passphrase-for takes CUSTODIAN=FILE, and not \"{}\".", value);
    if (std::ranges::find(holders, name) == holders.end())
      return fail(Code::kUsage, "\"{}\" is nobody in the plan whose share is sealed under a passphrase.", name);
    if (!files.emplace(name, value.substr(equals + 1)).second)
      return fail(Code::kUsage, "Two passphrases were named for {}.", name);
  }
  return files;
}

bool is_long_enough(const Secret& passphrase) { return passphrase.size() >= kShortestPassphrase; }

Result<Secret> typed_passphrase(const Context& context, const std::string& name) {
  if (!context.interactive()) {
    return fail(Code::kUsage,
                "Nobody can be asked for the passphrase of {} here. Name a file: --passphrase-for \"{}=FILE\"", name,
                name);
  }
  while (true) {
    TRY(auto first, context.ask_secret(message("Passphrase of {} for the share", name)));
    if (!is_long_enough(first)) {
      context.remark(message("At least {} characters, please.", kShortestPassphrase));
      continue;
    }
    TRY(const auto second, context.ask_secret(message("Once more")));
    if (base::equal_constant_time(first.view(), second.view())) return first;
    context.remark(message("They differ. Please type it again."));
  }
}

Result<Secret> content_of(const keymgmt::MadeSet& set, const keymgmt::MadeShare& made,
                          const keymgmt::Custodian& custodian, const CustodianPassphrases& passphrases) {
  if (custodian.seal == ShareSeal::kPaper) return share_page(set.shares, {made.group, made.number}, made.opened);
  const keymgmt::ShareLabel label{set.shares.set, keymgmt::register_fingerprint(set.shares),
                                  set.shares.groups[made.group].name, custodian.name};
  const auto text = keymgmt::print_share_text(made.opened);
  auto file = custodian.certificate ? keymgmt::seal_share(label, text, *custodian.certificate)
                                    : keymgmt::seal_share(label, text, passphrases.at(custodian.name));
  if (!file) {
    return base::fail_with(file.error().code, file.error().diagnostic, "The share of {} cannot be sealed: {}",
                           custodian.name, file.error().detail);
  }
  return Secret(keymgmt::print_share_file(*file));
}

std::string rule_of(std::size_t needed, const std::vector<std::string>& groups) {
  if (groups.size() == 1) return groups.front();
  return message("{} of {} groups: {}", needed, groups.size(), base::join(groups, message(", ")));
}

}  // namespace

SecretSource secret_file_source(const std::string& path) {
  return [path]() -> Result<Secret> {
    constexpr std::size_t kLargest = 4096;
    TRY(auto content, read_secret_file(path, kLargest));
    auto octets = from_hex_text(content);
    if (octets && can_be_shared(*octets)) return std::move(*octets);
    if (can_be_shared(content)) return content;
    return fail(Code::kMalformed,
                "{} is no secret that can be shared: {} to {} octets, an even number, or as many in hexadecimal "
                "digits. Nothing was changed.",
                path, keymgmt::kShortestSecret, keymgmt::kLongestSharedSecret);
  };
}

OptionSpec passphrase_for_option() {
  return {"--passphrase-for", Arity::kMany, Presence::kOptional, "CUSTODIAN=FILE",
          "first line seals the custodian's share; asked for if not given"};
}

Result<CustodianPassphrases> ask_passphrases(const Context& context, const Arguments& arguments,
                                             const keymgmt::SharePlan& plan) {
  const auto holders = passphrase_holders(plan);
  TRY(const auto files, named_files(arguments, holders));
  CustodianPassphrases passphrases;
  for (const auto& name : holders) {
    const auto file = files.find(name);
    TRY(auto passphrase,
        file == files.end() ? typed_passphrase(context, name) : base::read_passphrase_file(file->second));
    if (!is_long_enough(passphrase)) {
      return fail(Code::kRefused, "The passphrase of {} has less than {} characters. Nothing was changed.", name,
                  kShortestPassphrase);
    }
    passphrases.emplace(name, std::move(passphrase));
  }
  return passphrases;
}

Result<std::vector<keymgmt::SetFile>> seal_set(const keymgmt::MadeSet& set, const keymgmt::SharePlan& plan,
                                               const CustodianPassphrases& passphrases) {
  std::vector<keymgmt::SetFile> files;
  for (const auto& made : set.made) {
    const auto& custodian = plan.groups[made.group].members[made.number];
    TRY(auto content, content_of(set, made, custodian, passphrases));
    files.push_back({keymgmt::set_file_name(made.group, made.number, custodian.seal), std::move(content)});
  }
  return files;
}

void report_set(const Context& context, const keymgmt::ShareRegister& shares, const std::string& folder) {
  context.out(labelled(message("identifier"), base::hex(shares.set)));
  context.out(labelled(message("needed"), rule_text(shares)));
  for (const auto& line : digest_lines(message("register"), keymgmt::register_fingerprint(shares))) context.out(line);
  context.out("");
  Table table({{message("file")}, {message("custodian")}, {message("group")}, {message("sealed with")}});
  for (std::size_t group = 0; group < shares.groups.size(); ++group) {
    const auto& lines = shares.groups[group].shares;
    for (std::size_t number = 0; number < lines.size(); ++number) {
      table.add({folder + "/" + keymgmt::set_file_name(group, number, lines[number].seal), lines[number].custodian,
                 shares.groups[group].name, std::string(base::tr(seal_title(lines[number].seal)))});
    }
  }
  table.print(context);
  context.remark(
      message("Give every custodian their file, print what is for paper, and then delete them here. Keep {}/{} where "
              "everybody can read it: it holds nothing secret.",
              folder, keymgmt::kRegisterName));
}

base::JsonObject set_document(const keymgmt::ShareRegister& shares, const std::string& folder) {
  base::JsonArray files;
  for (std::size_t group = 0; group < shares.groups.size(); ++group) {
    const auto& lines = shares.groups[group].shares;
    for (std::size_t number = 0; number < lines.size(); ++number) {
      files.push_back(base::JsonObject{{"file", keymgmt::set_file_name(group, number, lines[number].seal)},
                                       {"group", shares.groups[group].name},
                                       {"custodian", lines[number].custodian},
                                       {"sealed_with", keymgmt::seal_name(lines[number].seal)}});
    }
  }
  return {{"folder", folder},
          {"register", folder + "/" + keymgmt::kRegisterName},
          {"set", base::hex(shares.set)},
          {"fingerprint", base::hex(keymgmt::register_fingerprint(shares))},
          {"files", std::move(files)}};
}

const char* seal_title(ShareSeal seal) {
  switch (seal) {
    case ShareSeal::kPassphrase:
      return base::translatable("passphrase");
    case ShareSeal::kCertificate:
      return base::translatable("certificate");
    case ShareSeal::kPaper:
      break;
  }
  return base::translatable("not sealed, for paper");
}

std::string rule_text(const keymgmt::ShareRegister& shares) {
  std::vector<std::string> groups;
  for (const auto& group : shares.groups)
    groups.push_back(message("{} {} of {}", group.name, group.threshold, group.shares.size()));
  return rule_of(shares.header.group_threshold, groups);
}

std::string rule_text(const keymgmt::SharePlan& plan) {
  std::vector<std::string> groups;
  for (const auto& group : plan.groups)
    groups.push_back(message("{} {} of {}", group.name, group.threshold, group.members.size()));
  return rule_of(plan.group_threshold, groups);
}

}  // namespace yuxin::cli
