// SPDX-License-Identifier: Apache-2.0
//
// Is a place that cannot have a waveform known before the run, and does a file that is not whole never get there?
#include "rtl_view/wave_file.hpp"

#include "catch.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "temporary_folder.hpp"

namespace systole::rtl_view {
namespace {

namespace fs = std::filesystem;

// A block of an FST file: its type, its length and nothing of use.
std::string block(char type, std::uint64_t length) {
  std::string bytes(1, type);
  for (int i = 7; i >= 0; --i) bytes += static_cast<char>(length >> (8 * i));
  return bytes + std::string(length - 8, 'x');
}

}  // namespace

TEST_CASE("a folder, a device and a place without a folder are refused before anything is written") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH(WaveFile(folder.path()), Contains("it is a folder"));
  CHECK_THROWS_WITH(WaveFile("/dev/null"), Contains("no regular file"));
  CHECK(fs::is_character_file("/dev/null"));
  CHECK_THROWS_WITH(WaveFile(folder.path() / "no" / "w.fst"), Contains("No such file or directory"));
  CHECK(folder.entries() == 0);
}

TEST_CASE("a whole file comes to its place over an older one, and nothing else stays") {
  const test::TemporaryFolder folder;
  write_whole_file(folder.path() / "w.fst", "old");
  WaveFile file(folder.path() / "w.fst");
  const std::string whole = block(0, 329) + block(8, 20) + block(3, 12) + block(6, 9);
  write_whole_file(file.written(), whole);
  CHECK(read_whole_file(folder.path() / "w.fst", 1000) == "old");
  file.finish();
  CHECK(read_whole_file(folder.path() / "w.fst", 1000) == whole);
}

TEST_CASE("a file that ends in a block, or lacks one, is not whole") {
  const test::TemporaryFolder folder;
  for (const std::string& bytes :
       {block(0, 329) + block(8, 20) + block(3, 12) + block(6, 9).substr(0, 5), block(0, 329) + block(3, 12),
        block(0, 329) + block(6, 9), std::string(), block(0, 329) + block(3, 12) + block(6, 1000).substr(0, 900),
        std::string(1, '\0') + std::string(8, '\xff')}) {
    WaveFile file(folder.path() / "w.fst");
    write_whole_file(file.written(), bytes);
    CHECK_THROWS_WITH(file.finish(), Contains("not whole"));
  }
  CHECK(folder.entries() == 0);
}

TEST_CASE("the view names the file and the marks") {
  const std::string view = gtkwave_view("/some/where/w.fst");
  CHECK(view.find("[dumpfile] \"w.fst\"") != std::string::npos);
  CHECK(view.find("@24\nTOP.systole_chip.wave.cycle[63:0]\n") != std::string::npos);
  CHECK(view.find("@820\nTOP.systole_chip.wave.matrix_node[255:0]\n") != std::string::npos);
}

}  // namespace systole::rtl_view
