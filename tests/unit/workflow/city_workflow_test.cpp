// One of the city's own workflows on the engine: the report of an incident (WF-04A), told as it happened: a social
// insurance office finds ransomware at 09:00, assesses it at 09:20, reports at 10:40, the police sign for it at
// 10:45.
#include <doctest/doctest.h>

#include "small_desk.hpp"

namespace {

using namespace yuxin;
using test::DeskScene;
using test::need;
using workflow::Draft;

constexpr std::string_view kIncident = R"(name = "incident"
code = "WF-04A"
prefix = "E"
title = { en = "Incident", zh = "网络安全事件报告与处置" }
lead = "PSB"
no_enclosures = "classification == '涉密'"

# 国家网络安全事件报告管理办法: 1 hour for critical infrastructure, else 4 hours; 国务院令第147号第十四条: 24 hours
[policy.2026]
report = [{ when = "critical", within = "PT1H" }, { within = "PT4H" }]
[policy.2004]
report = "PT24H"

[[state]]
name = "DISCOVERED"
title = { zh = "发现" }
[[state]]
name = "ASSESSED"
title = { zh = "研判" }
[[state]]
name = "REPORTED"
title = { zh = "已报" }
[[state]]
name = "OFFLINE"
title = { zh = "线下办理" }
final = true
[[state]]
name = "SUMMARISED"
title = { zh = "总结" }
[[state]]
name = "CLOSED"
title = { zh = "结案" }
final = true

[[field]]
name = "discovered_at"
title = { zh = "发现时间" }
kind = "time"
[[field]]
name = "critical"
title = { zh = "关键信息基础设施" }
kind = "boolean"
[[field]]
name = "level"
title = { zh = "事件级别" }
kind = "choice"
one_of = ["特别重大", "重大", "较大", "一般"]
order = "high-to-low"
[[field]]
name = "classification"
title = { zh = "密级" }
kind = "choice"
one_of = ["公开", "内部", "涉密"]
[[field]]
name = "measures"
title = { zh = "已采取措施" }
max = 4000

[[transition]]
action = "discover"
title = { zh = "事件登记" }
to = "DISCOVERED"
by = [{ roles = ["OPR:STAFF"] }]
needs = ["discovered_at", "critical"]
[[transition]]
action = "assess"
title = { zh = "研判" }
from = ["DISCOVERED"]
to = "ASSESSED"
by = [{ roles = ["OPR:CISO"] }]
needs = ["level", "classification"]
[[transition]]
action = "report"
title = { zh = "报送事件快报" }
sign = { zh = "事件快报" }
from = ["ASSESSED"]
to = "REPORTED"
when = "level >= '较大' and classification != '涉密'"
by = [{ roles = ["OPR:CISO", "OPR:HEAD"], not_same_person_as = ["assess"] }]
needs = ["measures"]
deliver = [{ to = "PSB:DUTY", place = "PSB", receipt_within = "PT10M" }]
copy = [{ to = "CGO:OFF", place = "CGO" }]
[[transition]]
action = "report"
title = { zh = "转线下" }
from = ["ASSESSED"]
to = "OFFLINE"
when = "classification == '涉密'"
by = [{ roles = ["OPR:HEAD"] }]
# 续报: as often as there is news
[[transition]]
action = "update"
title = { zh = "续报" }
from = ["REPORTED"]
by = [{ roles = ["OPR:CISO"] }]
needs = ["measures"]
[[transition]]
action = "summarise"
title = { zh = "总结报告" }
from = ["REPORTED"]
to = "SUMMARISED"
by = [{ roles = ["OPR:HEAD"] }]
[[transition]]
action = "close"
title = { zh = "结案" }
from = ["SUMMARISED"]
to = "CLOSED"
by = [{ roles = ["PSB:OFF"], count = 2, place = "PSB" }, { roles = ["PSB:LEAD"], place = "PSB" }]

[[deadline]]
name = "report"
title = { zh = "快报时限" }
from = "DISCOVERED"
since = "discovered_at"
until = ["report"]
within = "policy.report"
warn = ["50%", "80%"]
overdue = ["escalate OPR:HEAD", "notify CGO:OFF", "mark LATE"]
[[deadline]]
name = "summary"
title = { zh = "总结时限" }
from = "REPORTED"
until = ["summarise"]
within = "P30D"
overdue = ["escalate OPR:HEAD"]
)";

constexpr std::string_view kCity = R"(
unit = [
  { code = "PSB", name = { zh = "市公安局" } }, { code = "CGO", name = { zh = "协调组办公室" } },
  { code = "OPR-005", name = { zh = "社保" } },
]
[[role]]
roles = ["OPR:*", "PSB:*", "CGO:OFF"]
title = { zh = "各类角色" }
)";

// The story up to the report, with the marks that the case bears then.
class Story {
 public:
  Story(std::string policy, bool critical) : scene_(test::workflow_of(kIncident)) {
    scene_.organisation = need(evidence::Organisation::parse(kCity, "organisation.toml"));
    scene_.policy = std::move(policy);
    scene_.place = {};
    scene_.place.organisation = need(evidence::OrgCode::parse("OPR-005"));
    at("09:05", "staff", "OPR:STAFF", "discover",
       {{"discovered_at", "2026-11-23T09:00:00+08:00"}, {"critical", critical}});
    at("09:20", "ciso", "OPR:CISO", "assess", {{"level", "较大"}, {"classification", "内部"}});
  }
  workflow::Decision at(const std::string& time, const char* name, const char* role, const char* action,
                        base::JsonObject form = {}, std::optional<std::int64_t> delivery = {}) {
    return need(tried(time, name, role, action, std::move(form), delivery));
  }
  base::Result<workflow::Decision> tried(const std::string& time, const char* name, const char* role,
                                         const char* action, base::JsonObject form = {},
                                         std::optional<std::int64_t> delivery = {}) {
    scene_.city.clock.set(base::parse_rfc3339("2026-11-23T" + time + ":00+08:00").value());
    Draft draft{.action = action, .form = std::move(form)};
    draft.role = test::role_code(role);
    draft.delivery = delivery;
    auto act = scene_.draft(draft);
    if (!scene_.current) act.object = "E-1";
    return scene_.take(act, scene_.officer(name, role));
  }
  [[nodiscard]] const workflow::Case& now() const { return *scene_.current; }
  [[nodiscard]] const workflow::Workflow& definition() const { return *scene_.workflow; }

 private:
  DeskScene scene_;
};

TEST_CASE("a report at 10:40 is late for critical infrastructure and in time for others, and by the rules of 2004") {
  struct Case {
    const char* policy;
    bool critical;
    const char* due;
    bool late;
  };
  for (const auto& one :
       {Case{"2026", true, "10:00", true}, Case{"2026", false, "13:00", false}, Case{"2004", true, "09:00", false}}) {
    CAPTURE(one.policy);
    CAPTURE(one.critical);
    Story story(one.policy, one.critical);
    CHECK(base::rfc3339(story.now().timers.front().due + base::hours(8)).substr(11, 5) == one.due);
    const auto reported = story.at("10:40", "head", "OPR:HEAD", "report", {{"measures", "断网"}});
    CHECK(reported.after.state == "REPORTED");
    CHECK((reported.after.marks == std::vector<std::string>{"LATE"}) == one.late);
    CHECK(reported.happenings.empty() != one.late);
    // the police sign for it in ten minutes; both times are kept
    const auto received = story.at("10:45", "duty", "PSB:DUTY", "receive", {}, 0);
    CHECK(received.after.handed.front().due == base::parse_rfc3339("2026-11-23T10:50:00+08:00"));
    CHECK(received.after.handed.front().received == base::parse_rfc3339("2026-11-23T10:45:00+08:00"));
    CHECK(received.after.handed.back().kind == workflow::Delivery::Kind::kCopy);
  }
}

TEST_CASE("who assessed it does not report it, and what is minor need not be reported") {
  Story story("2026", false);
  const auto same = story.tried("10:40", "ciso", "OPR:CISO", "report", {{"measures", "断网"}});
  REQUIRE_FALSE(same);
  CHECK(same.error().code == base::Code::kNotAuthorised);
}

TEST_CASE("updates follow as often as there is news, and two officers and their lead close it together") {
  Story story("2026", false);
  story.at("10:40", "head", "OPR:HEAD", "report", {{"measures", "断网"}});
  for (const auto* time : {"11:00", "12:00", "13:00"}) {
    const auto updated = story.at(time, "ciso", "OPR:CISO", "update", {{"measures", time}});
    CHECK(updated.complete);
    CHECK(updated.after.state == "REPORTED");
  }
  CHECK(story.now().form.at("measures") == "13:00");
  CHECK(story.now().timers.back().due == base::parse_rfc3339("2026-12-24T00:00:00+08:00"));  // 30 days after the 23rd
  story.at("14:00", "head", "OPR:HEAD", "summarise");
  CHECK_FALSE(story.at("15:00", "officer-05", "PSB:OFF", "close").complete);
  CHECK_FALSE(story.at("15:01", "officer-07", "PSB:LEAD", "close").complete);
  const auto again = story.tried("15:02", "officer-05", "PSB:OFF", "close");
  CHECK_FALSE(again);
  const auto closed = story.at("15:03", "officer-06", "PSB:OFF", "close");
  CHECK(closed.complete);
  CHECK(closed.after.state == "CLOSED");
}

}  // namespace
