#include "reshare_state.hpp"

#include <filesystem>

#include "json_reading.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::Result;

namespace {

constexpr std::string_view kFormat = "yuxin-reshare-1";
constexpr std::string_view kPreparing = "preparing";
constexpr std::string_view kComplete = "complete";

std::string path_of(const std::string& register_path) { return register_path + ".reshare"; }

}  // namespace

std::string print_reshare_state(const ReshareState& state) {
  const base::JsonObject object{{"format", kFormat},
                                {"step", state.step == ReshareState::Step::kComplete ? kComplete : kPreparing},
                                {"register", base::hex(state.current)},
                                {"next", base::hex(state.next)},
                                {"plan", base::hex(state.plan)},
                                {"folder", state.folder},
                                {"at", base::rfc3339(state.at)}};
  return base::print_json_pretty(object) + "\n";
}

std::optional<ReshareState> parse_reshare_state(std::string_view text) {
  const auto json = base::parse_json(text);
  if (!json || !json->is_object()) return std::nullopt;
  const auto& object = json->get_object();
  const auto current = digest_member(object, "register");
  const auto next = digest_member(object, "next");
  const auto plan = digest_member(object, "plan");
  const auto at = base::parse_rfc3339(base::json_string(object, "at"));
  if (!current || !next || !plan || !at) return std::nullopt;
  const auto complete = base::json_string(object, "step") == kComplete;
  ReshareState state{complete ? ReshareState::Step::kComplete : ReshareState::Step::kPreparing,
                     *current,
                     *next,
                     *plan,
                     base::json_string(object, "folder"),
                     *at};
  if (state.folder.empty() || print_reshare_state(state) != text) return std::nullopt;
  return state;
}

Result<std::optional<ReshareState>> find_reshare_state(const std::string& register_path) {
  constexpr std::size_t kLargest = 1U << 16U;
  if (!base::file_exists(path_of(register_path))) return std::optional<ReshareState>();
  TRY(const auto text, base::read_file(path_of(register_path), kLargest));
  auto state = parse_reshare_state(base::as_text(text));
  if (!state) {
    return base::fail(
        Code::kIntegrity,
        "{} says how far the shares were made anew, and it is damaged. Restore it from a backup, or look "
        "whether the new folder has a register.json.",
        path_of(register_path));
  }
  return state;
}

Result<> save_reshare_state(const std::string& register_path, const ReshareState& state) {
  return base::write_file(path_of(register_path), base::as_bytes(print_reshare_state(state)),
                          base::Existing::kReplace, base::Permissions::kPublic);
}

void remove_reshare_state(const std::string& register_path) {
  // nothing is lost when it stays: what it asks for is done, and doing it again changes nothing
  std::error_code ignored;
  std::filesystem::remove(path_of(register_path), ignored);
}

}  // namespace yuxin::keymgmt
