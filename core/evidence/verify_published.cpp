#include "verify_published.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::evidence {

using base::message;
using base::Result;
using repository::Fact;
using repository::FactSorter;

namespace {

std::string list_object(std::string_view authority, std::int64_t number) {
  return fmt::format("{}{}/{:019}", kListPrefix, authority, number);
}

// "41 of issuing", from the name of the object.
std::string list_name(std::string_view object) {
  object.remove_prefix(kListPrefix.size());
  const auto slash = object.rfind('/');
  auto number = object.substr(slash + 1);
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size() - 1));
  return message("{} of {}", number, object.substr(0, slash));
}

// What a certificate of the home must be: one that one of its authorities issued, octet for octet.
Result<bool> was_issued(store::Reader& reader, std::int64_t authority, base::ByteView der) {
  const auto certificate = x509::Certificate::from_der(der);
  if (!certificate) return false;
  const auto row = reader.find(authority, certificate->tbs().serial, store::Reader::With::kDer);
  if (!row && row.error().code != base::Code::kNotFound) return tl::unexpected(row.error());
  return row && base::equal(row->der, der);
}

// serves says whether a certificate in service is for that: what answers or stamps with another is not believed.
bool serves(const store::ServiceCertificateRow& service) {
  const auto certificate = x509::Certificate::from_der(service.certificate);
  if (!certificate || certificate->not_after() != service.not_after) return false;
  const auto* extension = certificate->tbs().find(x509::oid::kExtKeyUsage);
  const auto usages = extension == nullptr ? std::nullopt : x509::read_extended_key_usage(extension->value);
  const auto is_for = [&](x509::Oid usage) {
    return usages && std::ranges::any_of(*usages, [&](const auto& one) { return base::equal(one, usage); });
  };
  if (service.purpose == "ocsp") return is_for(x509::oid::kOcspSigning);
  if (service.purpose == "tsa") return is_for(x509::oid::kTimeStamping);
  return true;
}

Result<> add_authority(store::Reader& reader, FactSorter& facts, const store::AuthorityRow& authority) {
  if (!authority.certificate.empty()) {
    // A root of this home issued its own certificate: its record is that of the issuance.
    TRY(const bool own, was_issued(reader, authority.id, authority.certificate));
    TRY(facts.add({std::string(kAuthorityPrefix) + authority.name, Fact::Source::kTable, 0, Fact::What::kAuthority,
                   base::hex(x509::sha256(authority.certificate)), own ? "own" : ""}));
  }
  return reader.for_each_crl(authority.id, [&](const store::CrlRow& row) {
    return facts.add({list_object(authority.name, row.number), Fact::Source::kTable, 0, Fact::What::kList,
                      base::hex(row.sha256), base::rfc3339(row.next_update)});
  });
}

}  // namespace

Result<> add_published_fact(FactSorter& facts, std::int64_t sequence, const base::JsonObject& record) {
  const auto kind = base::json_string(record, "kind");
  const auto object = base::json_string(record, "object");
  const auto* value = record.if_contains("data");
  if (value == nullptr || !value->is_object()) return {};
  const auto& data = value->get_object();
  if (kind == "authority.certified" || kind == "authority.imported") {
    return facts.add({std::string(kAuthorityPrefix) + object,
                      Fact::Source::kRecord,
                      sequence,
                      Fact::What::kAuthority,
                      base::json_string(data, "certificate"),
                      {}});
  }
  if (kind != "crl.published" && kind != "crl.imported") return {};
  return facts.add({list_object(object, base::json_int(data, "number", -1)), Fact::Source::kRecord, sequence,
                    Fact::What::kList, base::json_string(data, "crl"), base::json_string(data, "next_update")});
}

Result<> add_published_rows(store::Reader& reader, FactSorter& facts, Findings& problems) {
  TRY(const auto authorities, reader.authorities());
  for (const auto& authority : authorities) TRY(add_authority(reader, facts, authority));
  TRY(const auto services, reader.service_certificates());
  for (const auto& service : services) {
    TRY(const bool issued, was_issued(reader, service.authority, service.certificate));
    if (issued && !serves(service))
      problems.add(
          message("The certificate in service for \"{}\" is one for something else, or its row says another end "
                  "of its validity.",
                  service.purpose));
    if (issued) continue;
    problems.add(
        message("The certificate in service for \"{}\" was not issued by the authority that it stands under.",
                service.purpose));
  }
  return {};
}

void compare_list(const std::vector<Fact>& facts, Findings& problems) {
  const auto& first = facts.front();
  const auto name = list_name(first.object);
  if (first.source == Fact::Source::kRecord) {
    problems.add(message("Record {} says that revocation list {} was published; it is missing from the table.",
                         first.sequence, name));
  } else if (facts.size() == 1) {
    problems.add(message("Revocation list {} is in the table, but no record says that it was published.", name));
  } else if (facts[1].says != first.says || facts[1].status != first.status) {
    problems.add(message("Revocation list {} in the table is not the one that record {} stands for.", name,
                         facts[1].sequence));
  }
  const auto records = std::ranges::count(facts, Fact::Source::kRecord, &Fact::source);
  if (records > 1)
    problems.add(
        message("Record {} says once more that revocation list {} was published.", facts.back().sequence, name));
}

void compare_authority(const std::vector<Fact>& facts, Findings& problems) {
  const auto& first = facts.front();
  const auto name = first.object.substr(kAuthorityPrefix.size());
  if (first.source == Fact::Source::kRecord) {
    problems.add(
        message("Record {} is about authority {}, which is missing from the table or has no certificate there.",
                first.sequence, name));
    return;
  }
  const auto& last = facts.back();
  const bool recorded = last.source == Fact::Source::kRecord ? last.says == first.says : first.status == "own";
  if (!recorded) problems.add(message("The certificate of authority {} in the table is in no record.", name));
}

}  // namespace yuxin::evidence
