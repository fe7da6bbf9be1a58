// Sets of shares on the disk: a new one written, and an old one replaced so that at every moment one is complete.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/keymgmt/share_register.hpp"

namespace yuxin::keymgmt {

// SetFile is one custodian's file as it lies in the folder of its set, for its owner's eyes only (mode 0600).
struct SetFile {
  std::string name;
  base::Secret content;
};

inline constexpr const char* kRegisterName = "register.json";

// set_file_name names the file of a line of the register, counted from 0: "share-1-2.json", on paper "share-1-2.txt".
[[nodiscard]] std::string set_file_name(std::size_t group, std::size_t number, ShareSeal seal);

// write_share_set makes a folder with the files of a new set. The register comes last: a folder without one is not a
// set. On an error the folder is gone again. Errors of base::make_directory and base::write_file.
[[nodiscard]] base::Result<> write_share_set(const std::string& folder, const ShareRegister& shares,
                                             const std::vector<SetFile>& files);

// load_register reads a register, and says superseded also when a reshare was completed whose last steps were cut
// off. Errors of base::read_file and parse_register.
[[nodiscard]] base::Result<ShareRegister> load_register(const std::string& path);

// Reshare replaces the set of a register by another. The state stands in REGISTER.reshare, which is replaced in one
// step:
//
//   no state, or "preparing"   the old set is in force; what lies in the new folder is not complete
//   "complete"                 the new set is in force, every file of it on the disk
//
// Only after "complete" does the new folder get its register.json and the old register its note that it is
// superseded; then the state goes. Whatever is cut off is settled by the next `open`: an incomplete new set is
// removed, a complete one is put in its place. One at a time: the register is locked while this lives.
class Reshare {
 public:
  // open locks the register and settles what was cut off. kConflict when somebody else holds it; kIntegrity when the
  // state beside it is damaged or of another register; kNotFound when the new set is
  // complete in a folder that is not there now. A set that is superseded opens; it cannot be replaced again.
  [[nodiscard]] static base::Result<Reshare> open(const std::string& register_path);
  [[nodiscard]] const ShareRegister& current() const;
  // finished is the folder of a new set that an attempt before had completed, and that `open` put in its place.
  [[nodiscard]] const std::optional<std::string>& finished() const;

  // replace writes the new set into a folder that does not exist yet, and puts it in force; `before_force`, where it
  // is given, is called between the two, when every file is on the disk. `next` must say that it replaces `current`.
  // On any error the old set is in force and the folder is gone, except when the last steps fail after the new one is
  // in force: then kUnavailable says so, and `open` does them.
  [[nodiscard]] base::Result<> replace(const ShareRegister& next, const std::vector<SetFile>& files,
                                       const std::string& folder, const x509::Digest256& plan, base::UnixTime now,
                                       const std::function<base::Result<>()>& before_force = {});

  Reshare(Reshare&&) noexcept;
  Reshare& operator=(Reshare&&) noexcept;
  ~Reshare();

 private:
  struct Impl;
  explicit Reshare(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yuxin::keymgmt
