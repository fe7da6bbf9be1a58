// CMP over HTTP: RFC 6712, with the paths of RFC 9483 section 6.1.
#include <algorithm>
#include <array>

#include "conversation.hpp"
#include "machine/turn.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/ra/cmp.hpp"

namespace yuxin::ra {

using base::HttpReply;
using base::HttpRequest;
using cmp::Body;
using cmp::Place;

namespace {

constexpr std::string_view kMediaType = "application/pkixcmp";

struct NamedOperation {
  std::string_view name;
  Body begins;
};
constexpr std::array<NamedOperation, 8> kOperations = {{{"initialization", Body::kInitialization},
                                                        {"certification", Body::kCertification},
                                                        {"keyupdate", Body::kKeyUpdate},
                                                        {"pkcs10", Body::kPkcs10},
                                                        {"revocation", Body::kRevocation},
                                                        {"getcacerts", Body::kGeneral},
                                                        {"getrootupdate", Body::kGeneral},
                                                        {"getcertreqtemplate", Body::kGeneral}}};

HttpReply text_reply(int status, std::string_view text) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = base::to_bytes(base::as_bytes(text));
  reply.body.push_back('\n');
  return reply;
}

// read_place takes a path apart: "/.well-known/cmp[/p/PROFILE][/OPERATION]"; nothing for one that is none of ours.
std::optional<Place> read_place(std::string_view path) {
  if (!path.starts_with(CmpService::kPath)) return std::nullopt;
  path.remove_prefix(CmpService::kPath.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return Place{};
  auto parts = base::split(path.substr(1), '/');
  Place place;
  auto next = parts.begin();
  if (*next == "p") {
    if (++next == parts.end() || !evidence::is_profile_name(*next)) return std::nullopt;
    place.profile = *next++;
  }
  if (next == parts.end()) return place;
  const auto* operation = std::ranges::find(kOperations, *next, &NamedOperation::name);
  if (operation == kOperations.end() || ++next != parts.end()) return std::nullopt;
  place.begins = {operation->begins};
  return place;
}

}  // namespace

CmpService::CmpService(CmpParts parts) : parts_(std::move(parts)), turns_(std::make_unique<Turns>()) {}
CmpService::~CmpService() = default;

std::optional<HttpReply> CmpService::answer_now(const HttpRequest& request) {
  if (!read_place(request.path()))
    return text_reply(404, base::tr("No such path. CMP is at /.well-known/cmp, /.well-known/cmp/p/PROFILE, and below "
                                    "either with the name of an operation (RFC 9483 section 6.1)."));
  if (request.method != "POST") {
    auto reply = text_reply(405, base::tr("CMP takes POST (RFC 6712 section 3.3)."));
    reply.fields.emplace_back("Allow", "POST");
    return reply;
  }
  const auto type = request.content_type.substr(0, request.content_type.find(';'));
  if (base::lower(base::trim(type)) != kMediaType)
    return text_reply(415, base::tr("Send the message as application/pkixcmp (RFC 6712 section 3.4)."));
  return std::nullopt;
}

HttpReply CmpService::answer(const HttpRequest& request) {
  if (auto refused = answer_now(request)) return std::move(*refused);
  const auto place = read_place(request.path());
  const auto message = cmp::read_message(request.body);
  if (!message) return text_reply(400, message.error().detail);
  auto made = cmp::Conversation(parts_, *turns_, *message, *place).run();
  if (!made) {
    base::log_warning("CMP: " + made.error().detail + " " + made.error().diagnostic);
    auto later = text_reply(503, base::tr("This cannot be done now. Try again later."));
    later.fields.emplace_back("Retry-After", "60");
    return later;
  }
  HttpReply reply;
  reply.content_type = kMediaType;
  reply.fields = {{"Cache-Control", "no-store"}};
  reply.body = std::move(*made);
  return reply;
}

}  // namespace yuxin::ra
