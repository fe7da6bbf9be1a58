// Records as others are told of them, and the JSON that programs get.
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/notify/message.hpp"

namespace yuxin::notify {

using base::Result;

Notice notice_of(const evidence::StoredRecord& record) {
  Notice notice;
  notice.index = record.sequence;
  const auto json = base::parse_json(record.text);
  if (!json || !json->is_object()) return notice;
  const auto& members = json->get_object();
  notice.kind = base::json_string(members, "kind");
  notice.object = base::json_string(members, "object");
  notice.actor = base::json_string(members, "actor");
  notice.time = base::json_string(members, "time");
  const auto* data = members.if_contains("data");
  if (data != nullptr && data->is_object()) notice.data = data->get_object();
  return notice;
}

Notice test_notice(std::string_view target, std::string_view actor, base::UnixTime now) {
  return {std::nullopt,       "notification.test", "notifications/" + std::string(target),
          std::string(actor), base::rfc3339(now),  {}};
}

std::string notice_id(std::string_view origin, const Notice& notice) {
  return std::string(origin) + "/" + (notice.index ? std::to_string(*notice.index) : "test/" + notice.time);
}

Result<std::string> webhook_body(std::string_view origin, const Notice& notice, base::UnixTime now) {
  base::JsonObject record{{"actor", notice.actor},
                          {"data", notice.data},
                          {"kind", notice.kind},
                          {"object", notice.object},
                          {"time", notice.time}};
  if (notice.index) record["index"] = *notice.index;
  return evidence::canonical_json(base::JsonObject{{"id", notice_id(origin, notice)},
                                                   {"origin", origin},
                                                   {"record", std::move(record)},
                                                   {"sent", base::rfc3339(now)}});
}

}  // namespace yuxin::notify
