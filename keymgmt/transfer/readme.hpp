// What a bundle says about itself to somebody who has no program of ours.
#pragma once

#include <string>

#include "yuxin/keymgmt/transfer.hpp"

namespace yuxin::keymgmt {

// transfer_readme follows from the manifest alone, in Chinese and English side by side.
[[nodiscard]] std::string transfer_readme(const TransferManifest& manifest);

}  // namespace yuxin::keymgmt
