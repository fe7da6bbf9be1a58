// Parts that many objects have in common, described.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "inspect/node.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/inspect.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::x509::inspect_detail {

[[nodiscard]] Node name_node(std::string key, std::string_view label, const Name& name);
// serial_node takes the content of an INTEGER, also of one that RFC 5280 forbids.
[[nodiscard]] Node serial_node(std::string key, std::string_view label, base::ByteView content);
// validity_node says from when to when, and how that stands to now.
[[nodiscard]] std::vector<Node> validity_nodes(base::UnixTime from, base::UnixTime to, base::UnixTime now);
// algorithm_name is the name of a DER AlgorithmIdentifier.
[[nodiscard]] std::string algorithm_name(base::ByteView algorithm_identifier);
[[nodiscard]] Node algorithm_node(std::string key, std::string_view label, base::ByteView algorithm_identifier);
[[nodiscard]] Node key_node(base::ByteView spki);
// fingerprints_node digests the whole object. The SHA-256 of an authority's certificate is compared by ear, so it
// stands there in words, too.
enum class Words { kShown, kLeftOut };
[[nodiscard]] Node fingerprints_node(base::ByteView der, Words words = Words::kLeftOut);
[[nodiscard]] std::string general_name_text(const GeneralName& name);
[[nodiscard]] std::vector<std::string> general_name_texts(const std::vector<GeneralName>& names);
[[nodiscard]] std::string hex_serial(base::ByteView content);

// extensions_node decodes every extension by its name; those that are unknown or malformed are hexadecimal.
[[nodiscard]] Node extensions_node(const std::vector<ExtensionView>& extensions);
// any_value describes one value of an attribute or of an unknown extension: a string, a time, an OID or a
// number as such, anything else as hexadecimal.
[[nodiscard]] std::string any_value(base::ByteView der);

// The makers of whole descriptions; each gives nothing when the DER is something else.
[[nodiscard]] std::optional<Node> describe_certificate(base::ByteView der, const InspectOptions& options);
[[nodiscard]] std::optional<Node> describe_request(base::ByteView der);
[[nodiscard]] std::optional<Node> describe_crl(base::ByteView der, const InspectOptions& options);
[[nodiscard]] std::optional<Node> describe_ocsp_response(base::ByteView der, const InspectOptions& options);
[[nodiscard]] std::optional<Node> describe_public_key(base::ByteView der);
[[nodiscard]] std::optional<Node> describe_attribute_certificate(base::ByteView der, const InspectOptions& options);
[[nodiscard]] std::optional<Node> describe_time_stamp_response(base::ByteView der, const InspectOptions& options);
struct CmsDescription {
  Node node;
  bool is_time_stamp = false;
};
[[nodiscard]] std::optional<CmsDescription> describe_cms(base::ByteView der, const InspectOptions& options);
// describe_tst_info describes the nodes of a DER TSTInfo (RFC 3161 section 2.4.2).
[[nodiscard]] std::optional<std::vector<Node>> describe_tst_info(base::ByteView der);
// certificates_node lists certificates that stand inside another object, a line each.
[[nodiscard]] Node certificates_node(const std::vector<base::ByteView>& certificates);

}  // namespace yuxin::x509::inspect_detail
