// SPDX-License-Identifier: Apache-2.0
//
// The place of a waveform. Verilator's writer wants a name, unlinks what is there and leaves a second file beside it. So it
// writes in a folder of its own beside the place. What it wrote is moved there when it is whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace systole::rtl_view {

class WaveFile {
 public:
  // UserError if there can be no file: no such folder, a folder or a device of this name, no permission, or less than
  // kLeastFree bytes left on the disk.
  explicit WaveFile(std::filesystem::path place);
  // Removes what was not finished.
  ~WaveFile();
  WaveFile(const WaveFile&) = delete;
  WaveFile& operator=(const WaveFile&) = delete;

  // For the writer.
  std::filesystem::path written() const { return folder_ / "wave.fst"; }
  // UserError if the disk is nearly full. Asked now and then while the wave grows.
  void check_space() const;
  // The writer has closed its file. UserError if that is not whole; then nothing is at the place.
  void finish();

  static constexpr std::uint64_t kLeastFree = 8 << 20;  // what a block of the writer may need

 private:
  [[noreturn]] void fail(const std::string& why) const;

  std::filesystem::path place_, folder_;
};

// A saved view for GTKWave of the wave at `place`: clock, marks and the buses of the chip.
std::string gtkwave_view(const std::filesystem::path& place);

}  // namespace systole::rtl_view
