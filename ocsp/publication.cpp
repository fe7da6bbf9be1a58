#include "yuxin/ocsp/publication.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "yuxin/base/log.hpp"
#include "yuxin/base/snapshot.hpp"
#include "yuxin/ocsp/authorities.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ocsp {

namespace {

using base::Bytes;
using base::ByteView;
namespace der = x509::der;
using Content = std::shared_ptr<const base::HttpContent>;

constexpr std::string_view kCrlFolder = "/crl/";
constexpr std::string_view kCaFolder = "/ca/";
constexpr std::string_view kCrlSuffix = ".crl";

// 1.2.840.113549.1.7.2 and .1, content octets.
constexpr std::array<std::uint8_t, 9> kSignedData = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
constexpr std::array<std::uint8_t, 9> kData = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};

// certs_only is SignedData without content and without signers: RFC 5652 section 5.1, version 1.
Bytes certs_only(const std::vector<ByteView>& certificates) {
  der::Writer out;
  const auto content_info = out.open(der::kSequence);
  out.oid(kSignedData);
  const auto content = out.open(der::constructed_tag(0));
  const auto signed_data = out.open(der::kSequence);
  out.integer(1);
  out.element(der::kSet, {});  // digestAlgorithms
  const auto encapsulated = out.open(der::kSequence);
  out.oid(kData);
  out.close(encapsulated);
  const auto set = out.open(der::constructed_tag(0));
  for (const ByteView certificate : certificates) out.raw(certificate);
  out.close(set);
  out.element(der::kSet, {});  // signerInfos
  out.close(signed_data);
  out.close(content);
  out.close(content_info);
  return out.take();
}

// chain lists an authority's certificate and those above it. A SET OF is sorted in DER (X.690 section 11.6).
std::vector<ByteView> chain(const Authorities& authorities, const Authority& from) {
  std::vector<ByteView> certificates;
  const Authority* at = &from;
  while (at != nullptr && certificates.size() < authorities.all().size()) {
    certificates.push_back(at->certificate.der());
    at = at->parent.empty() ? nullptr : authorities.find(at->parent);
  }
  std::ranges::sort(certificates, [](ByteView a, ByteView b) { return std::ranges::lexicographical_compare(a, b); });
  return certificates;
}

Content lay_out(std::string_view type, Bytes body, base::Seconds age) {
  const auto digest = x509::sha256(body);
  auto content = std::make_shared<base::HttpContent>();
  content->fields = fmt::format(
      "Content-Type: {}\r\nContent-Length: {}\r\nCache-Control: max-age={}, public, no-transform\r\nETag: \"{}\"\r\n",
      type, body.size(), age.count, base::hex(ByteView(digest).first(12)));
  content->body = std::move(body);
  return content;
}

base::HttpReply not_found() {
  return base::problem(404, base::tr("Not found"),
                       base::tr("Published are /crl/NAME.crl, /ca/NAME.cer and /ca/NAME.p7c."));
}

// Certificates are the files below /ca/, and the authorities that have lists, as one snapshot.
struct Published {
  std::map<std::string, Content, std::less<>> files;
  std::map<std::string, std::int64_t, std::less<>> authorities;
};

}  // namespace

struct Publication::Impl {
  store::StatusReader& status;
  const base::Clock& clock;
  const PublicationOptions options;
  base::Snapshot<Published> published;

  [[nodiscard]] base::Result<> reload();
  [[nodiscard]] base::HttpReply crl(std::string_view name) const;
};

base::Result<> Publication::Impl::reload() {
  TRY(const auto rows, status.authorities());
  TRY(const auto authorities, Authorities::from_rows(rows));
  auto next = std::make_shared<Published>();
  for (const auto& authority : authorities->all()) {
    next->authorities[authority.name] = authority.id;
    next->files[authority.name + ".cer"] =
        lay_out("application/pkix-cert", base::to_bytes(authority.certificate.der()), options.certificate_age);
    next->files[authority.name + ".p7c"] =
        lay_out("application/pkcs7-mime; smime-type=certs-only", certs_only(chain(*authorities, authority)),
                options.certificate_age);
  }
  published.set(std::move(next));
  return {};
}

base::HttpReply Publication::Impl::crl(std::string_view name) const {
  const auto known = published.get();
  const auto authority = known->authorities.find(name);
  if (authority == known->authorities.end()) return not_found();
  const auto row = status.latest_crl(authority->second);
  if (!row && row.error().code == base::Code::kNotFound) {
    return base::problem(404, base::tr("Not found"),
                         base::message("{} has not published a revocation list yet.", name));
  }
  if (!row) {
    base::log_error("crl: the latest list cannot be looked up: " + row.error().detail);
    return base::problem(503, base::tr("Unavailable"),
                         base::tr("The revocation list cannot be looked up now; ask again in a moment."));
  }
  const std::int64_t left = std::max<std::int64_t>((row->next_update - clock.now()).count, 0);
  base::HttpReply reply;
  reply.content_type = "application/pkix-crl";
  reply.fields = {
      {"Cache-Control", fmt::format("max-age={}, public, no-transform", std::min(left, options.crl_age.count))},
      {"Last-Modified", base::http_date(row->this_update)},
      {"Expires", base::http_date(row->next_update)},
      {"ETag", fmt::format("\"{}\"", base::hex(row->sha256))}};
  reply.file = options.home + "/" + row->file;
  return reply;
}

base::Result<std::unique_ptr<Publication>> Publication::start(store::StatusReader& status, const base::Clock& clock,
                                                              PublicationOptions options) {
  std::unique_ptr<Impl> impl(new Impl{status, clock, std::move(options), {}});
  TRY(impl->reload());
  return std::unique_ptr<Publication>(new Publication(std::move(impl)));
}

Publication::Publication(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Publication::~Publication() = default;

std::optional<base::HttpReply> Publication::answer_now(const base::HttpRequest& request) {
  const std::string_view path = request.path();
  if (path.starts_with(kCrlFolder)) return std::nullopt;
  if (!path.starts_with(kCaFolder)) return not_found();
  const auto known = impl_->published.get();
  const auto file = known->files.find(path.substr(kCaFolder.size()));
  if (file == known->files.end()) return not_found();
  base::HttpReply reply;
  reply.shared = file->second;
  return reply;
}

base::HttpReply Publication::answer(const base::HttpRequest& request) {
  std::string_view name = request.path();
  if (!name.starts_with(kCrlFolder) || !name.ends_with(kCrlSuffix)) {
    auto reply = answer_now(request);
    return reply ? std::move(*reply) : not_found();
  }
  name.remove_prefix(kCrlFolder.size());
  if (name.size() <= kCrlSuffix.size()) return not_found();
  name.remove_suffix(kCrlSuffix.size());
  return impl_->crl(name);
}

base::Result<> Publication::tick() { return impl_->reload(); }

}  // namespace yuxin::ocsp
