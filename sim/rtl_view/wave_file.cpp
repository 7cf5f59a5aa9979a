// SPDX-License-Identifier: Apache-2.0
#include "rtl_view/wave_file.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "support/error.hpp"

namespace systole::rtl_view {

namespace fs = std::filesystem;

namespace {

// An FST file is a row of blocks: a byte of type, then eight bytes of length, highest first, that count themselves. Whole
// is a file whose last block ends where the file does and that has a header, a geometry and a hierarchy.
bool is_whole(const fs::path& file) {
  constexpr int kHeader = 0, kGeometry = 3, kHierarchy = 4, kHierarchyLz4 = 6, kHierarchyLz4Duo = 7;
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  std::set<int> types;
  for (std::uint64_t at = 0; !error && at != size;) {
    in.seekg(static_cast<std::streamoff>(at));
    unsigned char head[9];
    if (!in.read(reinterpret_cast<char*>(head), sizeof head)) return false;
    std::uint64_t length = 0;
    for (int i = 1; i < 9; ++i) length = length << 8 | head[i];
    if (length < 8 || length > size - at - 1) return false;
    types.insert(head[0]);
    at += 1 + length;
  }
  return types.count(kHeader) != 0 && types.count(kGeometry) != 0 &&
         types.count(kHierarchy) + types.count(kHierarchyLz4) + types.count(kHierarchyLz4Duo) != 0;
}

}  // namespace

WaveFile::WaveFile(fs::path place) : place_(std::move(place)) {
  std::error_code none;
  const fs::file_status status = fs::status(place_, none);
  if (fs::is_directory(status)) fail("it is a folder");
  if (fs::exists(status) && !fs::is_regular_file(status)) fail("it is no regular file");
  std::string name = place_.string() + ".XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) fail(std::strerror(errno));
  folder_ = name;
  try {
    check_space();
  } catch (const UserError&) {
    fs::remove(folder_, none);
    throw;
  }
}

WaveFile::~WaveFile() {
  std::error_code none;
  fs::remove_all(folder_, none);
}

void WaveFile::fail(const std::string& why) const {
  throw UserError("wave file " + place_.string() + ": cannot be written: " + why);
}

void WaveFile::check_space() const {
  std::error_code error;
  const fs::space_info space = fs::space(folder_, error);
  if (!error && space.available < kLeastFree)
    fail(fmt::format("its disk is full, {} KiB are left and {} KiB are needed", space.available >> 10,
                     kLeastFree >> 10));
}

void WaveFile::finish() {
  if (!is_whole(written())) fail("it is not whole, its disk is full or cannot take so large a file");
  std::error_code error;
  fs::rename(written(), place_, error);
  if (error) fail(error.message());
}

std::string gtkwave_view(const fs::path& place) {
  // Formats of GTKWave: 22 hexadecimal, 24 decimal, 820 ASCII; 28 a bit.
  struct Line {
    const char *format, *signal;
  };
  const std::vector<Line> lines = {
      {"28", "clk_i"},
      {"24", "wave.cycle[63:0]"},
      {"820", "wave.load_node[255:0]"},
      {"820", "wave.matrix_node[255:0]"},
      {"820", "wave.store_node[255:0]"},
      {"22", "trace_start_valid_o[2:0]"},
      {"22", "trace_retire_valid_o[2:0]"},
      {"28", "m_axi_ar_valid_o"},
      {"28", "m_axi_ar_ready_i"},
      {"28", "m_axi_r_valid_i"},
      {"28", "m_axi_aw_valid_o"},
      {"28", "m_axi_aw_ready_i"},
      {"28", "m_axi_w_valid_o"},
      {"28", "m_axi_w_ready_i"},
      {"28", "m_axi_b_valid_i"},
      {"28", "irq_o"},
  };
  std::string text = fmt::format("[*] made by systole run --wave\n[dumpfile] \"{}\"\n[timestart] 0\n[sst_expanded] 1\n",
                                 place.filename().string());
  for (const Line& line : lines) text += fmt::format("@{}\nTOP.systole_chip.{}\n", line.format, line.signal);
  return text;
}

}  // namespace systole::rtl_view
