#include "yuxin/ca/profile_json.hpp"

namespace yuxin::ca {

std::vector<std::string> profile_usages(const Profile& profile) {
  auto usages = x509::key_usage_names(profile.key_usage);
  for (const auto& purpose : profile.extended_key_usage) usages.push_back(x509::oid_name(purpose));
  return usages;
}

base::JsonObject profile_json(const Profile& profile) {
  const auto texts = [](const std::vector<std::string>& list) { return base::JsonArray(list.begin(), list.end()); };
  base::JsonArray keys;
  for (const auto& rule : profile.keys) keys.emplace_back(rule.text);
  base::JsonArray subject;
  for (const auto& rule : profile.subject)
    subject.push_back(base::JsonObject{{"attribute", rule.keyword}, {"required", rule.required}});
  base::JsonArray names;
  for (const auto& rule : profile.san) {
    names.push_back(base::JsonObject{{"kind", x509::general_name_prefix(rule.kind)},
                                     {"min", rule.min},
                                     {"max", rule.max},
                                     {"under", texts(rule.under)}});
  }
  return {{"name", profile.name},
          {"title", {{"en", profile.title_en}, {"zh", profile.title_zh}}},
          {"validity", base::print_period(profile.validity)},
          {"keys", std::move(keys)},
          {"issued_by", texts(profile.issued_by)},
          {"approval", profile.approval},
          {"subject", std::move(subject)},
          {"names", std::move(names)},
          {"usages", texts(profile_usages(profile))},
          {"ca", profile.is_ca()}};
}

}  // namespace yuxin::ca
