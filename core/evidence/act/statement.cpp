#include "act/statement.hpp"

#include <algorithm>
#include <array>

#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Json;
using base::JsonArray;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kLongestType = 64;
constexpr std::size_t kLongestObject = 200;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kMostAttachments = 1000;
constexpr std::size_t kLongestStatement = 1U << 20U;
constexpr std::int64_t kLargestFile = std::int64_t{1} << 53;  // what JSON numbers hold exactly

constexpr std::array kMembers = {"act", "actor", "attachments", "body", "object", "previous", "role", "time", "type"};

bool is_word(std::string_view word) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !word.empty() && is_letter(word.front()) &&
         std::ranges::all_of(word, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

bool is_type(std::string_view type) {
  return type.size() <= kLongestType && std::ranges::all_of(base::split(type, '.'), is_word);
}

bool is_line(std::string_view text, std::size_t longest) {
  return !text.empty() && text.size() <= longest && base::is_utf8(text) && !base::has_control_character(text);
}

bool is_file_name(std::string_view name) {
  return is_line(name, kLongestName) && name != "." && name != ".." &&
         name.find_first_of("/\\") == std::string_view::npos;
}

// Digests that a statement may use; SHA-1 is no proof of anything.
bool is_digest(const Attachment& attachment) {
  using enum x509::DigestAlgorithm;
  return (attachment.digest == kSha256 || attachment.digest == kSm3) &&
         attachment.value.size() == x509::digest_size(attachment.digest);
}

Result<> check(const Act& act) {
  if (!is_type(act.type)) {
    return fail(Code::kUsage, "\"{}\" cannot be the type of an act: it takes lower-case words with dots between.",
                act.type);
  }
  if (!is_line(act.object, kLongestObject)) {
    return fail(Code::kUsage, "An act names what it is about in one line of at most {} octets.", kLongestObject);
  }
  if (act.attachments.size() > kMostAttachments) {
    return fail(Code::kUsage, "An act takes at most {} attachments.", kMostAttachments);
  }
  for (const auto& attachment : act.attachments) {
    if (!is_file_name(attachment.name)) {
      return fail(Code::kUsage, "\"{}\" cannot be the name of an attachment: it takes a file name without folders.",
                  attachment.name);
    }
    if (!is_digest(attachment) || attachment.size < 0 || attachment.size > kLargestFile) {
      return fail(Code::kUsage, "The attachment {} needs its size and its SHA-256 or SM3 digest.", attachment.name);
    }
  }
  return {};
}

Json attachments_json(const std::vector<Attachment>& attachments) {
  JsonArray list;
  for (const auto& attachment : attachments) {
    list.push_back(JsonObject{{"digest", x509::digest_name(attachment.digest)},
                              {"name", attachment.name},
                              {"size", attachment.size},
                              {"value", base::hex(attachment.value)}});
  }
  return list;
}

// What follows reads a statement leniently; that it is exactly right is seen by writing it again.

base::Failure malformed(std::string_view member) {
  return fail(Code::kMalformed, "The statement of the act is wrong at \"{}\".", member);
}

std::optional<Hash> hash_of(std::string_view hex) {
  const auto octets = base::from_hex(hex);
  Hash hash{};
  if (!octets || octets->size() != hash.size()) return std::nullopt;
  std::ranges::copy(*octets, hash.begin());
  return hash;
}

const JsonObject* object_of(const JsonObject& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<std::string_view> text_of(const JsonObject& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

bool is_null(const JsonObject& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_null();
}

std::optional<Attachment> attachment_of(const Json& value) {
  const auto* object = value.if_object();
  if (object == nullptr || object->size() != 4) return std::nullopt;
  Attachment attachment;
  attachment.name = base::json_string(*object, "name");
  attachment.size = base::json_int(*object, "size", -1);
  const auto name = text_of(*object, "digest");
  if (name == x509::digest_name(x509::DigestAlgorithm::kSm3)) {
    attachment.digest = x509::DigestAlgorithm::kSm3;
  } else if (name != x509::digest_name(x509::DigestAlgorithm::kSha256)) {
    return std::nullopt;
  }
  auto octets = base::from_hex(base::json_string(*object, "value"));
  if (!octets) return std::nullopt;
  attachment.value = std::move(*octets);
  return attachment;
}

Result<std::vector<Attachment>> attachments_of(const JsonObject& object) {
  const auto* value = object.if_contains("attachments");
  const auto* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr) return malformed("attachments");
  std::vector<Attachment> attachments;
  for (const auto& one : *list) {
    auto attachment = attachment_of(one);
    if (!attachment)
      return fail(Code::kMalformed,
                  "The statement of the act is wrong at \"attachments\": each has \"digest\" (\"SHA-256\" or "
                  "\"SM3\"), \"name\", \"size\" and \"value\" (in hexadecimal).");
    attachments.push_back(std::move(*attachment));
  }
  return attachments;
}

Result<Actor> read_actor(const JsonObject& object) {
  const auto* actor = object_of(object, "actor");
  if (actor == nullptr || actor->size() != 2) return malformed("actor");
  const auto key = hash_of(base::json_string(*actor, "key"));
  if (!key) return malformed("actor");
  return Actor{*key, base::json_string(*actor, "subject")};
}

Result<> read_references(const JsonObject& object, Act& act) {
  if (!is_null(object, "previous")) {
    act.previous = hash_of(text_of(object, "previous").value_or(""));
    if (!act.previous) return malformed("previous");
  }
  if (!is_null(object, "role")) {
    auto role = RoleCode::parse(text_of(object, "role").value_or(""));
    if (!role) return malformed("role");
    act.role = std::move(*role);
  }
  return {};
}

Result<Act> read_act(const JsonObject& object) {
  Act act;
  const auto* body = object_of(object, "body");
  if (body == nullptr) return malformed("body");
  act.body = *body;
  const auto time = base::parse_rfc3339(base::json_string(object, "time"));
  if (!time) return malformed("time");
  act.time = *time;
  act.type = base::json_string(object, "type");
  act.object = base::json_string(object, "object");
  TRY(act.attachments, attachments_of(object));
  TRY(read_references(object, act));
  return act;
}

Result<> check_members(const JsonObject& object) {
  for (const auto& member : object) {
    if (std::ranges::find(kMembers, std::string_view(member.key())) == kMembers.end()) {
      return fail(Code::kMalformed, "The statement of the act has the member \"{}\", which no act has.",
                  std::string_view(member.key()));
    }
  }
  if (base::json_int(object, "act") != kVersion) {
    return fail(Code::kMalformed,
                "The statement is not an act of version {}, the only one that is known here; it has the member "
                "\"act\":{}.",
                kVersion, kVersion);
  }
  return {};
}

}  // namespace

Actor actor_of(const x509::Certificate& certificate) {
  return {x509::sha256(certificate.tbs().spki), certificate.subject().text()};
}

Result<std::string> write_statement(const Act& act, const Actor& actor) {
  TRY(check(act));
  ObjectWriter writer;
  TRY(const auto actor_json, canonical_json(JsonObject{{"key", base::hex(actor.key)}, {"subject", actor.subject}}));
  TRY(const auto attachments, canonical_json(attachments_json(act.attachments)));
  TRY(const auto body, canonical_json(act.body));
  writer.add("act", kVersion).add_raw("actor", actor_json).add_raw("attachments", attachments).add_raw("body", body);
  writer.add("object", act.object);
  act.previous ? writer.add("previous", base::hex(*act.previous)) : writer.add_raw("previous", "null");
  act.role ? writer.add("role", act.role->text()) : writer.add_raw("role", "null");
  auto text = writer.add("time", base::rfc3339(act.time)).add("type", act.type).finish();
  if (text.size() > kLongestStatement) {
    return fail(Code::kUsage, "The statement of the act is longer than a MiB; put what is long into attachments.");
  }
  return text;
}

Result<Statement> read_statement(base::ByteView octets) {
  if (octets.size() > kLongestStatement) {
    return fail(Code::kMalformed, "The statement of the act is longer than a MiB.");
  }
  const auto text = base::as_text(octets);
  TRY(const auto json, base::parse_json(text));
  if (!json.is_object()) return fail(Code::kMalformed, "The statement of the act is no JSON object.");
  const auto& object = json.get_object();
  TRY(check_members(object));
  TRY(auto actor, read_actor(object));
  TRY(auto act, read_act(object));
  const auto again = write_statement(act, actor);
  if (!again) return fail(Code::kMalformed, "{}", again.error().detail);
  if (*again != text) {
    return fail(Code::kMalformed,
                "The statement of the act is not in the canonical form of RFC 8785, so that two programs might "
                "read it differently.");
  }
  return Statement{std::move(act), std::move(actor)};
}

Result<std::string> statement(const Act& act, const x509::Certificate& actor) {
  return write_statement(act, actor_of(actor));
}

Result<Act> parse_statement(base::ByteView octets, const x509::Certificate& actor) {
  TRY(auto read, read_statement(octets));
  if (read.actor != actor_of(actor)) {
    return fail(Code::kMalformed, "The act names {} as its actor, the certificate is {}'s.", read.actor.subject,
                actor.subject().text());
  }
  return std::move(read.act);
}

Hash act_digest(base::ByteView statement) { return x509::sha256(statement); }

}  // namespace yuxin::evidence
