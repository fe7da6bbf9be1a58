// How custodians bring their shares to a command: as sealed files, as words from a file, or typed where nobody sees
// them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "context.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/share_register.hpp"
#include "yuxin/keymgmt/share_text.hpp"

namespace yuxin::cli {

// share_options are those by which a command takes shares: --share, --words-file, --words.
[[nodiscard]] std::vector<OptionSpec> share_options(Arity arity);

// Whether typed words end with those of the proof.
enum class Proof { kNeeded, kLeftOut };

// names_a_share is whether the options name any.
[[nodiscard]] bool names_a_share(const Arguments& arguments);

// ShareInput takes shares one after the other: those of the options, or, when there are none, from custodians who
// take turns at the terminal. Refers to the context and the register. Not thread-safe.
class ShareInput {
 public:
  // of is kUsage where somebody would have to be asked and nobody can.
  [[nodiscard]] static base::Result<ShareInput> of(const Context& context, const Arguments& arguments,
                                                   const keymgmt::ShareRegister& shares, Proof proof);

  // in_turn is true when custodians come to the terminal: then a share that fails is said, and the next one is asked
  // for.
  [[nodiscard]] bool in_turn() const { return in_turn_; }
  // next opens one share. Nothing when there are no more. After an error the next call goes on with the next share.
  [[nodiscard]] base::Result<std::optional<keymgmt::OpenedShare>> next(const std::string& status);
  // said is whose the share of the last `next` is by its file, opened or not; empty for words.
  [[nodiscard]] const std::string& said() const { return said_; }

 private:
  ShareInput(const Context& context, const Arguments& arguments, const keymgmt::ShareRegister& shares, Proof proof);
  [[nodiscard]] base::Result<std::optional<keymgmt::OpenedShare>> ask_next(const std::string& status);
  [[nodiscard]] base::Result<keymgmt::OpenedShare> from_file(const std::string& value);
  [[nodiscard]] base::Result<keymgmt::OpenedShare> from_words_file(const std::string& path) const;

  const Context& context_;
  const keymgmt::ShareRegister& shares_;
  Proof proof_;
  std::vector<std::string> files_;
  std::vector<std::string> word_files_;
  std::string said_;
  bool typed_wanted_ = false;
  bool in_turn_ = false;
  std::size_t at_ = 0;
};

// read_secret_file reads a whole file into locked memory. Errors of base::read_file.
[[nodiscard]] base::Result<base::Secret> read_secret_file(const std::string& path, std::size_t limit);

}  // namespace yuxin::cli
