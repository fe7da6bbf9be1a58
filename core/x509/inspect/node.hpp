// The tree that a description is made of: written once, printed as JSON and as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::x509::inspect_detail {

// Node is one line of the text, several lines under one label, or a group; and one member of the JSON.
struct Node {
  std::string key;                 // of the member; empty: in the text only
  std::string label;               // in the language of the process; empty: in the JSON only
  std::vector<std::string> lines;  // of the text
  base::Json json;                 // when the node has no members of its own
  std::vector<Node> children;      // members of an object, shown below the label
};

[[nodiscard]] base::Json json_text(std::string_view text);
// leaf is a text that is the same in both forms; quiet is in the JSON only.
[[nodiscard]] Node leaf(std::string key, std::string_view label, std::string_view value);
[[nodiscard]] Node quiet(std::string key, base::Json value);
[[nodiscard]] Node quiet(std::string key, std::string_view value);
// list has one line an item, and an array.
[[nodiscard]] Node list(std::string key, std::string_view label, const std::vector<std::string>& items);
[[nodiscard]] Node time(std::string key, std::string_view label, base::UnixTime time);
// octets is hexadecimal, broken into lines for the screen.
[[nodiscard]] Node octets(std::string key, std::string_view label, base::ByteView value);
[[nodiscard]] Node group(std::string key, std::string_view label, std::vector<Node> children);
// array is a list of groups: each child becomes an object of the array and stands below the label with its own.
[[nodiscard]] Node array(std::string key, std::string_view label, std::vector<Node> children);

// visible escapes what could lie on a screen and what is no UTF-8.
[[nodiscard]] std::string visible(std::string_view text);
// hex_lines breaks hexadecimal into lines of 32 octets.
[[nodiscard]] std::vector<std::string> hex_lines(base::ByteView value);

[[nodiscard]] base::Json to_json(const Node& node);
// to_text prints the label of the node as a heading and its children below it.
[[nodiscard]] std::string to_text(const Node& node);

}  // namespace yuxin::x509::inspect_detail
