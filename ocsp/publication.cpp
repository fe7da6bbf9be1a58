#include "yuxin/ocsp/publication.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <string_view>

#include "yuxin/base/file.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/snapshot.hpp"
#include "yuxin/ocsp/authorities.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ocsp {

namespace {

using base::Bytes;
using base::ByteView;
using Content = std::shared_ptr<const base::HttpContent>;

constexpr std::string_view kCrlFolder = "/crl/";
constexpr std::string_view kCaFolder = "/ca/";
constexpr std::string_view kCrlSuffix = ".crl";

// chain lists an authority's certificate and those above it.
std::vector<ByteView> chain(const Authorities& authorities, const Authority& from) {
  std::vector<ByteView> certificates;
  const Authority* at = &from;
  while (at != nullptr && certificates.size() < authorities.all().size()) {
    certificates.push_back(at->certificate.der());
    at = at->parent.empty() ? nullptr : authorities.find(at->parent);
  }
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

// A list whose file was compared with its digest, and what it was then; nothing where it was not as published.
struct Compared {
  Bytes sha256;
  base::OpenFile::Identity identity;
  bool is_published = false;
};

x509::Digest256 digest_of(const base::OpenFile& file) {
  x509::Sha256 digest;
  Bytes piece(std::size_t{64} << 10U);
  for (std::uint64_t at = 0; at < file.size();) {
    const std::size_t got = file.read_at(at, piece);
    if (got == 0) break;
    digest.update(ByteView(piece).first(got));
    at += got;
  }
  return digest.finish();
}

}  // namespace

struct Publication::Impl {
  store::StatusReader& status;
  const base::Clock& clock;
  const PublicationOptions options;
  base::Snapshot<Published> published;
  std::mutex comparing;
  std::map<std::int64_t, Compared> compared;  // by authority

  // open_list opens the file of a list and gives it only if it is the one that was published. It is read once for
  // each change of the file.
  [[nodiscard]] base::Result<std::shared_ptr<const base::OpenFile>> open_list(const store::CrlRow& row);
  [[nodiscard]] base::Result<> reload();
  [[nodiscard]] base::HttpReply crl(std::string_view name);
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
        lay_out("application/pkcs7-mime; smime-type=certs-only", x509::certs_only(chain(*authorities, authority)),
                options.certificate_age);
  }
  published.set(std::move(next));
  return {};
}

base::Result<std::shared_ptr<const base::OpenFile>> Publication::Impl::open_list(const store::CrlRow& row) {
  TRY(auto file, base::OpenFile::below(options.home, row.file));
  {
    const std::lock_guard lock(comparing);
    const auto known = compared.find(row.authority);
    if (known != compared.end() && known->second.sha256 == row.sha256 && known->second.identity == file->identity()) {
      if (known->second.is_published) return file;
      return base::fail(base::Code::kIntegrity, "{} is not the list that was published", row.file);
    }
  }
  const bool is_published = base::equal(digest_of(*file), row.sha256);
  {
    const std::lock_guard lock(comparing);
    compared[row.authority] = {row.sha256, file->identity(), is_published};
  }
  if (is_published) return file;
  base::log_error(
      base::message("{} is not revocation list {} as it was published; it is not served.", row.file, row.number));
  return base::fail(base::Code::kIntegrity, "{} is not the list that was published", row.file);
}

base::HttpReply Publication::Impl::crl(std::string_view name) {
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
  auto file = open_list(*row);
  if (!file) {
    // no relying party may take a list for current that this home did not make (RFC 5280 section 5)
    base::log_debug("crl: " + file.error().detail + " " + file.error().diagnostic);
    return base::problem(503, base::tr("Unavailable"),
                         base::tr("The file of this list is missing or is not what was published; ask again later."));
  }
  const std::int64_t left = std::max<std::int64_t>((row->next_update - clock.now()).count, 0);
  base::HttpReply reply;
  reply.content_type = "application/pkix-crl";
  reply.fields = {
      {"Cache-Control", fmt::format("max-age={}, public, no-transform", std::min(left, options.crl_age.count))},
      {"Last-Modified", base::http_date(row->this_update)},
      {"Expires", base::http_date(row->next_update)},
      {"ETag", fmt::format("\"{}\"", base::hex(row->sha256))}};
  reply.file = std::move(*file);
  return reply;
}

base::Result<std::unique_ptr<Publication>> Publication::start(store::StatusReader& status, const base::Clock& clock,
                                                              PublicationOptions options) {
  std::unique_ptr<Impl> impl(new Impl{status, clock, std::move(options), {}, {}, {}});
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

base::Result<std::vector<std::string>> Publication::damaged_lists() {
  const auto known = impl_->published.get();
  std::vector<std::string> damaged;
  for (const auto& [name, authority] : known->authorities) {
    const auto row = impl_->status.latest_crl(authority);
    if (!row && row.error().code == base::Code::kNotFound) continue;
    if (!row) return tl::unexpected(row.error());
    if (!impl_->open_list(*row)) damaged.push_back(name);
  }
  return damaged;
}

base::Result<> Publication::tick() { return impl_->reload(); }

}  // namespace yuxin::ocsp
