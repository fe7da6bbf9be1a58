// Certificates, requests, revocation lists, OCSP responses and public keys, described.
#include "inspect/parts.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/ocsp_response.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::x509::inspect_detail {

namespace {

void add(std::vector<Node>& to, std::vector<Node> more) {
  for (auto& node : more) to.push_back(std::move(node));
}

// A certificate whose issuer is its subject says about itself that it is the end of a path. Whether its key signed it
// is only told for algorithms that are verified at all.
void add_self_signature(std::vector<Node>& nodes, const Certificate& certificate) {
  if (!certificate.subject().same(certificate.issuer())) return;
  const auto key = certificate.public_key();
  const auto algorithm = scheme_by_identifier(certificate.signature_algorithm());
  const bool verifiable =
      key && algorithm && *algorithm != SignatureAlgorithm::kRsaSha1 && *algorithm != SignatureAlgorithm::kEcdsaSha1;
  const bool good = verifiable && verify_signature(certificate, *key).has_value();
  Node node = quiet("self_signed", verifiable ? base::Json(good) : base::Json());
  node.label = base::tr("self-signed");
  node.lines.emplace_back(good ? base::tr("yes, the signature is good")
                          : verifiable
                              ? base::tr("no: it names itself as issuer, but its own key did not sign it")
                              : base::tr("it names itself as issuer; its signature algorithm is not checked here"));
  nodes.push_back(std::move(node));
}

std::string reason_text(const RevokedEntryView& entry) {
  std::string text(reason_name(entry.reason));
  if (entry.invalidity_date)
    text = base::message("{}, invalid since {}", text, base::local_time(*entry.invalidity_date));
  return text;
}

Node entry_node(const RevokedEntryView& entry) {
  Node node = group("entry", "", {});
  const Node serial = serial_node("serial", "", entry.serial);
  node.label = serial.lines.front();
  node.lines = {base::local_time(entry.revoked_at) + "  " + reason_text(entry)};
  node.children = {quiet("serial", serial.json), quiet("revoked_at", base::rfc3339(entry.revoked_at)),
                   quiet("reason", reason_name(entry.reason))};
  if (entry.invalidity_date) {
    node.children.push_back(quiet("invalidity_date", base::rfc3339(*entry.invalidity_date)));
  }
  if (!entry.certificate_issuer.empty()) {
    const auto names = read_alternative_names(entry.certificate_issuer);
    if (names)
      node.children.push_back(list("certificate_issuer", base::tr("of the issuer"), general_name_texts(*names)));
  }
  return node;
}

void add_entries(std::vector<Node>& nodes, const Crl& list, const InspectOptions& options) {
  std::size_t count = 0;
  std::vector<Node> shown;
  const auto walked = list.for_each_view([&](const RevokedEntryView& entry) {
    if (count++ < options.most_entries) shown.push_back(entry_node(entry));
    return Crl::Visit::kGoOn;
  });
  Node number = quiet("entry_count", count);
  number.label = base::tr("revoked certificates");
  number.lines.push_back(std::to_string(count));
  if (count > shown.size()) number.lines.back() = base::message("{}, of which the first {}:", count, shown.size());
  nodes.push_back(std::move(number));
  Node entries = array("entries", "", std::move(shown));
  nodes.push_back(std::move(entries));
  if (!walked) nodes.push_back(leaf("entries_malformed", base::tr("entries"), walked.error().detail));
}

void add_next_update(std::vector<Node>& nodes, std::optional<base::UnixTime> next_update, base::UnixTime now) {
  if (!next_update) return;
  Node node = time("next_update", base::tr("next update"), *next_update);
  node.lines.push_back(*next_update < now ? base::message("overdue by {}", base::in_words(now - *next_update))
                                          : base::message("due in {}", base::in_words(*next_update - now)));
  nodes.push_back(std::move(node));
}

std::string_view status_name(OcspStatus status) {
  switch (status) {
    case OcspStatus::kGood:
      return "good";
    case OcspStatus::kRevoked:
      return "revoked";
    case OcspStatus::kUnknown:
      break;
  }
  return "unknown";
}

Node single_node(const OcspSingle& single, base::UnixTime now) {
  std::vector<Node> nodes{serial_node("serial", base::tr("serial"), single.serial)};
  nodes.push_back(leaf("status", base::tr("status"), std::string(status_name(single.status))));
  if (single.status == OcspStatus::kRevoked) {
    nodes.push_back(time("revoked_at", base::tr("revoked at"), single.revoked_at));
    if (single.reason) nodes.push_back(leaf("reason", base::tr("reason"), std::string(reason_name(*single.reason))));
    if (const auto date = invalidity_date(single))
      nodes.push_back(time("invalidity_date", base::tr("invalid since"), *date));
  }
  nodes.push_back(time("this_update", base::tr("this update"), single.this_update));
  add_next_update(nodes, single.next_update, now);
  if (single.digest) {
    nodes.push_back(leaf("hash_algorithm", base::tr("hash algorithm"), std::string(digest_name(*single.digest))));
  }
  nodes.push_back(octets("issuer_name_hash", base::tr("issuer name hash"), single.issuer_name_hash));
  nodes.push_back(octets("issuer_key_hash", base::tr("issuer key hash"), single.issuer_key_hash));
  if (!single.extensions.empty()) nodes.push_back(extensions_node(single.extensions));
  return group("single", base::tr("answer"), std::move(nodes));
}

void add_responder(std::vector<Node>& nodes, const OcspResponse& response) {
  if (!response.responder_name().empty()) {
    if (const auto name = Name::from_der(response.responder_name())) {
      nodes.push_back(name_node("responder_name", base::tr("responder"), *name));
    }
    return;
  }
  nodes.push_back(octets("responder_key_hash", base::tr("responder's key"), response.responder_key_hash()));
}

}  // namespace

std::optional<Node> describe_certificate(base::ByteView der, const InspectOptions& options) {
  const auto certificate = Certificate::from_der(der);
  if (!certificate) return std::nullopt;
  const TbsCertificate& tbs = certificate->tbs();
  std::vector<Node> nodes{quiet("type", object_kind_name(ObjectKind::kCertificate)),
                          name_node("subject", base::tr("subject"), certificate->subject()),
                          serial_node("serial", base::tr("serial"), tbs.serial),
                          name_node("issuer", base::tr("issuer"), certificate->issuer())};
  add(nodes, validity_nodes(tbs.not_before, tbs.not_after, options.now));
  nodes.push_back(key_node(tbs.spki));
  nodes.push_back(
      algorithm_node("signature_algorithm", base::tr("signature algorithm"), certificate->signature_algorithm()));
  add_self_signature(nodes, *certificate);
  nodes.push_back(leaf("version", base::tr("version"), std::to_string(tbs.version + 1)));
  nodes.back().json = tbs.version + 1;
  if (tbs.has_extensions) nodes.push_back(extensions_node(tbs.extensions));
  nodes.push_back(fingerprints_node(der, certificate->is_ca() ? Words::kShown : Words::kLeftOut));
  return group("", base::tr("Certificate"), std::move(nodes));
}

std::optional<Node> describe_request(base::ByteView der) {
  const auto request = CertificateRequest::from_either(der);
  if (!request) return std::nullopt;
  const auto proof = request->verify_possession();
  Node possession = quiet("possession_proven", proof.has_value());
  possession.label = base::tr("proof of possession");
  possession.lines.push_back(proof ? std::string(base::tr("good: the applicant's key signed this request"))
                                   : base::message("BAD: {}", proof.error().detail));
  std::vector<Node> nodes{
      quiet("type", object_kind_name(ObjectKind::kRequest)),
      name_node("subject", base::tr("subject"), request->subject()),
      key_node(request->public_key().spki()),
      algorithm_node("signature_algorithm", base::tr("signature algorithm"), request->signature_algorithm()),
      std::move(possession),
  };
  if (!request->extensions().empty()) {
    nodes.push_back(extensions_node(request->extensions()));
    nodes.back().label = base::tr("requested extensions");
  }
  nodes.push_back(fingerprints_node(der));
  return group("", base::tr("Certification request"), std::move(nodes));
}

std::optional<Node> describe_crl(base::ByteView der, const InspectOptions& options) {
  const auto list = Crl::from_der(der);
  if (!list) return std::nullopt;
  std::vector<Node> nodes{quiet("type", object_kind_name(ObjectKind::kCrl)),
                          name_node("issuer", base::tr("issuer"), list->issuer()),
                          time("this_update", base::tr("this update"), list->this_update())};
  add_next_update(nodes, list->next_update(), options.now);
  nodes.push_back(
      algorithm_node("signature_algorithm", base::tr("signature algorithm"), list->signature_algorithm()));
  nodes.push_back(leaf("version", base::tr("version"), std::to_string(list->version() + 1)));
  nodes.back().json = list->version() + 1;
  if (!list->extensions().empty()) nodes.push_back(extensions_node(list->extensions()));
  nodes.push_back(fingerprints_node(der));
  add_entries(nodes, *list, options);
  return group("", base::tr("Certificate revocation list"), std::move(nodes));
}

std::optional<Node> describe_ocsp_response(base::ByteView der, const InspectOptions& options) {
  const auto response = OcspResponse::from_der(der);
  if (!response) return std::nullopt;
  std::vector<Node> nodes{
      quiet("type", object_kind_name(ObjectKind::kOcspResponse)),
      leaf("response_status", base::tr("response"), std::string(ocsp_response_status_name(response->status())))};
  if (response->status() != OcspResponseStatus::kSuccessful) {
    return group("", base::tr("OCSP response"), std::move(nodes));
  }
  add_responder(nodes, *response);
  nodes.push_back(time("produced_at", base::tr("produced at"), response->produced_at()));
  nodes.push_back(
      algorithm_node("signature_algorithm", base::tr("signature algorithm"), response->signature_algorithm()));
  std::vector<Node> singles;
  for (const auto& single : response->singles()) singles.push_back(single_node(single, options.now));
  nodes.push_back(array("answers", "", std::move(singles)));
  if (!response->extensions().empty()) nodes.push_back(extensions_node(response->extensions()));
  if (!response->certificates().empty()) nodes.push_back(certificates_node(response->certificates()));
  return group("", base::tr("OCSP response"), std::move(nodes));
}

std::optional<Node> describe_public_key(base::ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  const auto algorithm = fields.nested(der::kSequence);
  if (!algorithm || !der::Reader(*algorithm).oid() || !fields.bit_string() || !fields.at_end()) return std::nullopt;
  return group("", base::tr("Public key"),
               {quiet("type", object_kind_name(ObjectKind::kPublicKey)), key_node(der), fingerprints_node(der)});
}

}  // namespace yuxin::x509::inspect_detail
