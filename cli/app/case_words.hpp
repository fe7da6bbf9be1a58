// How records of cases are told to people: by the titles of the definition that the case follows.
#pragma once

#include <memory>

#include "yuxin/notify/message.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::cli {

// case_words reads the cases of a store, and their definitions, when it is asked. The store lives as long as the
// words.
[[nodiscard]] notify::CaseWords case_words(std::shared_ptr<store::Store> store);

}  // namespace yuxin::cli
