// Who may issue for a name, as its holder says in the DNS: RFC 8659, with the parameters of RFC 8657.
#include <algorithm>
#include <array>

#include "validation.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::ra::acme {

namespace {

constexpr std::array<std::string_view, 7> kKnownTags = {"issue",        "issuewild", "iodef",   "contactemail",
                                                        "contactphone", "issuemail", "issuevmc"};

// IssueValue is "domain; name=value; ..." (RFC 8659 section 4.2). One that does not parse authorises nobody.
struct IssueValue {
  std::string issuer;
  std::string account_uri;
  std::string methods;
  bool readable = true;
};

IssueValue read_issue(std::string_view text) {
  IssueValue value;
  const auto parts = base::split(text, ';');
  value.issuer = base::lower(base::trim(parts.empty() ? std::string_view() : parts.front()));
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto part = base::trim(parts[i]);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) {
      value.readable = false;
      continue;
    }
    const auto name = base::lower(base::trim(part.substr(0, equals)));
    const std::string content(base::trim(part.substr(equals + 1)));
    if (name == "accounturi") value.account_uri = content;
    if (name == "validationmethods") value.methods = content;
  }
  return value;
}

bool authorises(const IssueValue& value, const CaaQuestion& question) {
  if (!value.readable || std::ranges::find(question.issuers, value.issuer) == question.issuers.end()) return false;
  if (!value.account_uri.empty() && value.account_uri != question.account_url) return false;
  if (value.methods.empty()) return true;
  return std::ranges::any_of(base::split(value.methods, ','), [&](std::string_view method) {
    return base::trim(method) == challenge_name(question.method);
  });
}

bool has_tag(const std::vector<CaaRecord>& records, std::string_view tag) {
  return std::ranges::find(records, tag, &CaaRecord::tag) != records.end();
}

}  // namespace

Outcome<> judge_caa(const std::vector<CaaRecord>& records, const CaaQuestion& question) {
  for (const auto& record : records) {
    // RFC 8659 section 4.1: an unknown property that is critical forbids to issue.
    if (record.critical && std::ranges::find(kKnownTags, record.tag) == kKnownTags.end())
      return deny(ProblemType::kCaa, "A CAA record for {} is critical and unknown here.", question.host);
  }
  const std::string_view tag = question.wildcard && has_tag(records, "issuewild") ? "issuewild" : "issue";
  if (!has_tag(records, tag)) return {};
  const bool allowed = std::ranges::any_of(records, [&](const CaaRecord& record) {
    return record.tag == tag && authorises(read_issue(record.value), question);
  });
  if (allowed) return {};
  return deny(ProblemType::kCaa, "The CAA records for {} do not allow this authority to issue.", question.host);
}

Outcome<> check_caa(AcmeProber& prober, const CaaQuestion& question) {
  std::string_view name = question.host;
  while (!name.empty()) {
    const auto records = prober.caa(std::string(name));
    if (!records) {
      return deny(ProblemType::kDns, "The CAA records of {} could not be fetched: {}", std::string(name),
                  records.error().detail);
    }
    if (!records->empty()) return judge_caa(*records, question);
    const auto dot = name.find('.');
    name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
  }
  return {};
}

}  // namespace yuxin::ra::acme
