#include "transfer/readme.hpp"

#include <fmt/format.h>

namespace yuxin::keymgmt {

namespace {

// A reader may have one of the two languages only, so both stand side by side, whatever this process speaks.
constexpr const char* kText = R"~(# Bundle {sequence} from {from} to {to} / 传递包第 {sequence} 号

Made {made}. It carries {count} things, which `manifest.json` names with their digests. `yuxin bundle inspect FILE` shows
all of it and `yuxin bundle import FILE` takes it in. To check it with common tools only:

制作时间 {made}。包内有 {count} 件内容，`manifest.json` 列出各件及其摘要。`yuxin bundle inspect FILE` 可显示全部内容，
`yuxin bundle import FILE` 可导入。只用通用工具检查：

```sh
openssl pkeyutl -verify -pubin -inkey sender.pem -rawin -in manifest.json -sigfile manifest.sig
sha256sum -c SHA256SUMS
```

The digest of the bundle, which sender and receiver read to each other, and that of the sender's key:
传递包的摘要（由交接双方互相宣读核对），以及发送方密钥的摘要：

```sh
sha256sum manifest.json
openssl pkey -pubin -in sender.pem -outform DER | sha256sum
```

The name of the key in this archive proves nothing by itself: compare its digest with the one that the sender keeps.
本包内的密钥本身不能证明任何事：须与发送方留存的密钥摘要核对。
)~";

}  // namespace

std::string transfer_readme(const TransferManifest& manifest) {
  const auto& header = manifest.header;
  return fmt::format(kText, fmt::arg("sequence", header.sequence), fmt::arg("from", header.from),
                     fmt::arg("to", header.to), fmt::arg("made", base::rfc3339(header.made)),
                     fmt::arg("count", manifest.items.size()));
}

}  // namespace yuxin::keymgmt
