// The README of a bundle: every part, verified with openssl, in two languages.
#include <fmt/format.h>

#include "bundle/parts.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::evidence {

namespace {

// A reader may have one of the two languages only, so both stand side by side, whatever this process speaks.
constexpr const char* kIntroduction = R"~(# Evidence about {object} / 关于 {object} 的证据

This archive holds every signed act and every ledger record about {object}. `yuxin verify FILE --trust root.pem` checks
all of it. The commands below check each part with nothing but `openssl` 3.0 and a shell. Put the root certificate that
you trust (not one from this archive) beside this file as `root.pem`.

本包包含关于 {object} 的全部签名行为和账本记录。`yuxin verify FILE --trust root.pem` 可一次全部验证。以下命令只用 `openssl` 3.0
和 shell 逐项验证。请将您所信任的根证书（不要取自本包）以 `root.pem` 为名放在本文件旁边。

What it cannot show is that nothing happened after its last act: ask the ledger for that.
本包不能证明最后一个行为之后再无其他行为：须查询账本。

## Files / 文件

```sh
sed 's/.*"files":\[//; s/\].*//; s/}},/}}\n/g' manifest.json |
  sed 's/.*"name":"\([^"]*\)","sha256":"\([^"]*\)".*/\2  \1/' |
  while read -r digest name; do
    test "$(openssl dgst -sha256 -r "$name" | cut -c1-64)" = "$digest" || {{ echo "changed / 被改动: $name"; exit 1; }}
  done
```
)~";

constexpr const char* kAct = R"~(
## Act {number} / 行为 {number}: {type}

Signed by / 签名人: {actor}
Time stamp / 时间戳: {moment}

The signature over the statement, and the signer's chain at that time; the statement is what you read.
对陈述的签名，以及签名人证书在当时的证书链；陈述即您所阅读的内容。
```sh
openssl cms -verify -binary -inform DER -in acts/{number}.p7m -CAfile root.pem -purpose any -attime {seconds} -out statement.tmp
cmp statement.tmp acts/{number}.json
```

The time stamp over the signature value. / 对签名值所加的时间戳。
```sh
openssl ts -verify -token_in -in plain/{number}-time-stamp.tst -data plain/{number}-signature.bin -CAfile root.pem -untrusted plain/{number}-certificates.pem -attime {seconds}
```
)~";

constexpr const char* kSm2Act = R"~(
## Act {number} / 行为 {number}: {type}

Signed by / 签名人: {actor}
Time stamp / 时间戳: {moment}

It is signed with SM2. openssl 3.0 cannot verify SM2 in messages, time stamps, lists and OCSP responses, because it leaves
out the identifier 1234567812345678 of GM/T 0009 there; `yuxin verify` can. It can verify the certificates, one step at a time:
本行为使用 SM2 签名。openssl 3.0 在验证签名消息、时间戳、吊销列表和 OCSP 响应时不使用 GM/T 0009 规定的标识
1234567812345678，因此不能验证，请使用 `yuxin verify`。证书可以逐级验证：
)~";

// one_line keeps what a hostile name could do to a reader, or to a shell, out of the text.
std::string one_line(std::string text) {
  const bool is_harmless = base::is_utf8(text) && !base::has_control_character(text);
  if (is_harmless) return text;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
  }
  return text;
}

std::string fill(const char* form, const PlainAct& act) {
  return fmt::format(fmt::runtime(form), fmt::arg("number", act.number), fmt::arg("type", one_line(act.type)),
                     fmt::arg("actor", one_line(act.actor)), fmt::arg("moment", base::rfc3339(act.moment)),
                     fmt::arg("seconds", act.moment.seconds));
}

std::string or_root(const std::string& file) { return file.empty() ? "root.pem" : file; }

std::string lists_of(const PlainAct& act) {
  if (act.lists.empty()) return {};
  std::string text =
      "\nRevocation lists: each must say \"verify OK\"; then look whether a serial number of the chain is in one, "
      "and "
      "since when.\n吊销列表：每个都应显示“verify OK”；再查看证书链中的序列号是否在列表中，以及自何时起。\n```sh\n";
  for (const auto& list : act.lists) {
    text += fmt::format("openssl crl -in {} -CAfile {} -noout 2>&1 | grep 'verify OK'\n", list.file,
                        or_root(list.issuer_file));
    text += fmt::format("openssl crl -in {} -noout -lastupdate -nextupdate\n", list.file);
  }
  text += fmt::format(
      "for c in plain/{}-certificate-*.pem; do openssl x509 -in $c -noout -subject -serial; done\n```\n", act.number);
  return text;
}

std::string responses_of(const PlainAct& act) {
  std::string text;
  for (const auto& response : act.responses) {
    if (response.serial.empty()) continue;
    text += fmt::format(
        "openssl ocsp -respin {} -issuer {} -serial 0x{} -CAfile root.pem -attime {} "
        "-no_nonce -resp_text > status.tmp 2>&1\ngrep 'Response verify OK' status.tmp\n"
        "grep 'Cert Status: good' status.tmp\n",
        response.file, or_root(response.issuer_file), response.serial, act.moment.seconds);
  }
  if (text.empty()) return text;
  return "\nStatus of certificates: read it in status.tmp. A remark about \"status times\" only says that time has "
         "passed since.\n"
         "证书状态：详见 status.tmp。关于“status times”的提示仅表示此后已过去一段时间。\n```sh\n" +
         text + "```\n";
}

std::string role_of(const PlainAct& act) {
  if (!act.role) return {};
  std::string text =
      "\nThe role, an attribute certificate (RFC 5755): read it, and check the signature of its authority.\n"
      "角色，即属性证书（RFC 5755）：阅读其内容，并验证属性权威的签名。\n```sh\n";
  text += fmt::format("openssl asn1parse -inform DER -in {}\n", act.role->file);
  if (!act.role->digest.empty() && !act.role->authority_file.empty()) {
    text += fmt::format(
        "openssl asn1parse -inform DER -in {0} -strparse {1} -noout -out signed.tmp\n"
        "openssl asn1parse -inform DER -in {0} -strparse {2} -noout -out signature.tmp\n"
        "openssl x509 -in {3} -noout -pubkey > key.tmp\n"
        "openssl dgst -{4} -verify key.tmp -signature signature.tmp signed.tmp\n"
        "openssl verify -CAfile root.pem -untrusted plain/{5}-certificates.pem -purpose any -attime {6} {3}\n",
        act.role->file, act.role->signed_offset, act.role->signature_offset, act.role->authority_file,
        act.role->digest, act.number, act.moment.seconds);
  }
  return text + "```\n";
}

// openssl verify gives the identifier to the one certificate that it is asked about and to none above it.
std::string sm2_certificates_of(const PlainAct& act) {
  std::string text = "```sh\n";
  for (const auto& certificate : act.certificates) {
    text += fmt::format(
        "openssl verify -partial_chain -trusted {} -attime {} -purpose any -vfyopt distid:1234567812345678 {}\n",
        or_root(certificate.issuer_file), act.moment.seconds, certificate.file);
  }
  return text + "```\n";
}

std::string act_section(const PlainAct& act) {
  if (act.is_sm2) return fill(kSm2Act, act) + sm2_certificates_of(act);
  return fill(kAct, act) + responses_of(act) + lists_of(act) + role_of(act);
}

// RFC 9162 section 2.1.3.2, in the words of a shell.
constexpr const char* kRecords = R"~(
## Ledger records / 账本记录

Each record is a leaf of the tree whose root is the third line of `checkpoint.txt` (RFC 6962). This prints nothing when
every record is there. / 每条记录都是树的一片叶子，树根为 `checkpoint.txt` 的第三行（RFC 6962）。全部记录都在时没有任何输出。

```sh
hash() {{ openssl dgst -sha256 -binary | openssl base64; }}
node() {{ {{ printf '\001'; echo "$1" | openssl base64 -d; echo "$2" | openssl base64 -d; }} | hash; }}
prove() {{
  at=$1; last=$(($(sed -n 2p checkpoint.txt) - 1))
  root=$({{ printf '\000'; cat "records/$1.json"; }} | hash)
  for step in $(sed 's/.*"path":\[//; s/\].*//; s/[",]/ /g' "proofs/$1.json"); do
    if [ $((at % 2)) -eq 1 ] || [ "$at" -eq "$last" ]; then
      root=$(node "$step" "$root")
      while [ $((at % 2)) -eq 0 ] && [ "$at" -ne 0 ]; do at=$((at / 2)); last=$((last / 2)); done
    else
      root=$(node "$root" "$step")
    fi
    at=$((at / 2)); last=$((last / 2))
  done
  test "$last" -eq 0 && test "$root" = "$(sed -n 3p checkpoint.txt)" || {{ echo "not in the ledger / 不在账本中: $1"; exit 1; }}
}}
for sequence in {sequences}; do prove "$sequence"; done
```
)~";

constexpr const char* kCheckpoint = R"~(
## Checkpoint / 检查点

The ledger signs its root. Compare `plain/ledger-key.pem` with the key that the centre publishes.
账本对树根签名。请将 `plain/ledger-key.pem` 与中心公布的密钥核对。

```sh
sed '/^$/,$d' checkpoint.txt | cmp - plain/checkpoint.txt
openssl pkeyutl -verify -pubin -inkey plain/ledger-key.pem -rawin -in plain/checkpoint.txt -sigfile plain/checkpoint-signature.bin
```
)~";

constexpr const char* kLedgerCertificate = R"~(
Whose key that is says the certificate in `ledger.pem`: it leads to the root, is for ledgers only, and names this ledger.
该密钥属于谁，由 `ledger.pem` 中的证书证明：该证书可追溯到根证书，仅用于账本，并写明本账本的名称。
```sh
openssl verify -CAfile root.pem -untrusted ledger.pem -purpose any ledger.pem
openssl x509 -in ledger.pem -noout -pubkey | cmp - plain/ledger-key.pem
openssl x509 -in ledger.pem -noout -ext extendedKeyUsage | grep '2\.25\.160386230721243331123476633139246630112\.3$'
openssl x509 -in ledger.pem -noout -subject -nameopt multiline | grep "commonName *= $(sed -n 1p checkpoint.txt)$"
```
)~";

constexpr const char* kSm2LedgerCertificate = R"~(
Whose key that is says the certificate in `ledger.pem`, which is signed with SM2: `yuxin verify` can check it.
该密钥属于谁，由 `ledger.pem` 中的证书证明；该证书使用 SM2 签名，请使用 `yuxin verify` 验证。
)~";

constexpr const char* kCheckpointTimeStamp = R"~(
When it was signed at the latest: / 签名时间不晚于：
```sh
openssl ts -verify -token_in -in checkpoint.tst -data plain/checkpoint.txt -CAfile root.pem -untrusted plain/checkpoint-certificates.pem
openssl ts -reply -token_in -in checkpoint.tst -text
```
)~";

constexpr const char* kSm2CheckpointTimeStamp = R"~(
When it was signed at the latest says `checkpoint.tst`, which is signed with SM2: `yuxin verify` can check it.
最晚签名时间见 `checkpoint.tst`，该时间戳使用 SM2 签名，请使用 `yuxin verify` 验证。
)~";

}  // namespace

std::string readme(const ReadmeFacts& facts) {
  std::string text = fmt::format(fmt::runtime(kIntroduction), fmt::arg("object", one_line(facts.object)));
  for (const auto& act : facts.acts) text += act_section(act);
  std::string sequences;
  for (const auto sequence : facts.records) sequences += (sequences.empty() ? "" : " ") + std::to_string(sequence);
  text += fmt::format(fmt::runtime(kRecords), fmt::arg("sequences", sequences));
  text += kCheckpoint;
  if (facts.ledger_certificate == ReadmeFacts::Stamp::kPlain) text += kLedgerCertificate;
  if (facts.ledger_certificate == ReadmeFacts::Stamp::kSm2) text += kSm2LedgerCertificate;
  if (facts.checkpoint_stamp == ReadmeFacts::Stamp::kPlain) text += kCheckpointTimeStamp;
  if (facts.checkpoint_stamp == ReadmeFacts::Stamp::kSm2) text += kSm2CheckpointTimeStamp;
  return text + "\nClean up / 清理:\n```sh\nrm -f *.tmp\n```\n";
}

}  // namespace yuxin::evidence
