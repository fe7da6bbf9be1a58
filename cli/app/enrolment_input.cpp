#include "enrolment_input.hpp"

#include <charconv>

#include "yuxin/base/file.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

Result<std::optional<base::Seconds>> validity_of(const std::optional<std::string>& text) {
  if (!text) return std::optional<base::Seconds>();
  std::int64_t days = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), days);
  if (error != std::errc{} || end != text->data() + text->size() || days < 1 || days > 36500) {
    return fail(Code::kUsage, "\"{}\" is no number of days; --days takes 1 to 36500.", *text);
  }
  return std::optional(base::days(days));
}

base::Failure no_request(const std::string& file, const base::Error& why, Outcome outcome) {
  if (outcome == Outcome::kIssued)
    return base::fail_with(why.code, why.diagnostic, "Not issued: {}: {}", file, why.detail);
  return base::fail_with(why.code, why.diagnostic, "Not submitted: {}: {}", file, why.detail);
}

}  // namespace

EnrolmentWords words_of_enrolment(const Arguments& arguments) {
  return {arguments.one("--csr"), arguments.many("--san"), arguments.maybe("--subject"), arguments.maybe("--days")};
}

Result<ca::Enrolment> enrolment_of(const EnrolmentWords& words, Outcome outcome) {
  auto bytes = base::read_file(words.csr, 1U << 20U);
  if (!bytes) return tl::unexpected(std::move(bytes).error());
  auto request = x509::CertificateRequest::from_bytes(*bytes);
  if (!request) return no_request(words.csr, request.error(), outcome);
  // the issuer asks again; here it is known which file is meant, and nothing was unlocked for it yet
  if (auto proven = request->verify_possession(); !proven) return no_request(words.csr, proven.error(), outcome);
  ca::Enrolment enrolment{.request = std::move(*request), .subject = {}, .alt_names = {}, .validity = {}};
  if (words.subject) {
    TRY(enrolment.subject, as_typed(x509::Name::parse(*words.subject)));
  }
  if (!words.names.empty()) {
    enrolment.alt_names.emplace();
    for (const auto& text : words.names) {
      TRY(auto name, as_typed(x509::parse_general_name(text)));
      enrolment.alt_names->push_back(std::move(name));
    }
  }
  TRY(enrolment.validity, validity_of(words.days));
  return enrolment;
}

}  // namespace yuxin::cli
