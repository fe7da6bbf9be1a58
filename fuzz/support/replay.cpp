// Runs a fuzz target without libFuzzer: every file of a corpus, then seeded mutations of them, so that each build by
// any compiler replays what the fuzzers found and a sanitizer build gets a short fuzzing for free.
// usage: fuzz_PARSER [--mutations N] [--seed N] FOLDER|FILE...
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

Input load(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<Input> load_corpus(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  std::vector<Input> corpus;
  std::ranges::transform(files, std::back_inserter(corpus), load);
  return corpus;
}

// The input lies in its own allocation of exactly its size, so that a sanitizer sees the first octet read past it.
void run(const Input& input) {
  const auto exact = std::make_unique<std::uint8_t[]>(input.size());
  std::ranges::copy(input, exact.get());
  LLVMFuzzerTestOneInput(exact.get(), input.size());
}

class Mutator {
 public:
  Mutator(std::uint64_t seed, const std::vector<Input>& corpus) : random_(seed), corpus_(corpus) {}

  Input next() {
    Input input = corpus_[below(corpus_.size())];
    for (std::size_t steps = 1 + below(4); steps > 0; --steps) mutate(input);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  Input::difference_type position(const Input& input) {
    return static_cast<Input::difference_type>(below(input.size() + 1));
  }

  void mutate(Input& input) {
    const auto octet = static_cast<std::uint8_t>(below(256));
    switch (below(6)) {
      case 0:
        if (!input.empty()) input[below(input.size())] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
      case 1:
        if (!input.empty()) input[below(input.size())] = octet;
        break;
      case 2:
        input.insert(input.begin() + position(input), octet);
        break;
      case 3:
        input.resize(below(input.size() + 1));
        break;
      case 4:
        erase(input);
        break;
      default:
        splice(input);
        break;
    }
  }

  void erase(Input& input) {
    const auto from = position(input);
    const auto to = position(input);
    input.erase(input.begin() + std::min(from, to), input.begin() + std::max(from, to));
  }

  void splice(Input& input) {
    const Input& other = corpus_[below(corpus_.size())];
    const auto from = position(other);
    const auto to = position(other);
    const auto at = position(input);
    input.insert(input.begin() + at, other.begin() + std::min(from, to), other.begin() + std::max(from, to));
    if (input.size() > (1U << 16U)) input.resize(1U << 16U);
  }

  std::mt19937_64 random_;
  const std::vector<Input>& corpus_;
};

}  // namespace

int main(int argc, char** argv) {
  std::size_t mutations = 0;
  std::uint64_t seed = 1;
  std::vector<std::filesystem::path> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--mutations" && i + 1 < argc) {
      mutations = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--seed" && i + 1 < argc) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      paths.emplace_back(word);
    }
  }
  const auto corpus = load_corpus(paths);
  if (corpus.empty()) {
    std::fputs("no seeds: put small inputs into fuzz/corpus/<parser>/\n", stderr);
    return 1;
  }
  run({});
  for (const auto& input : corpus) run(input);
  Mutator mutator(seed, corpus);
  for (std::size_t n = 0; n < mutations; ++n) run(mutator.next());
  std::printf("%zu seeds, %zu mutations with seed %llu\n", corpus.size(), mutations,
              static_cast<unsigned long long>(seed));
}
