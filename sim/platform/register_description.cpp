// SPDX-License-Identifier: Apache-2.0
//
// The table of registers as SystemRDL 2.0, for tools that make UVM register models, headers or pages of it.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "isa/field.hpp"
#include "platform/registers.hpp"

namespace systole::platform {

namespace {

struct Field {
  std::string name;
  std::uint32_t high = 0, low = 0;
  std::string properties;
};

std::uint32_t bit_of(std::uint32_t mask) {
  std::uint32_t bit = 0;
  while ((mask >> bit & 1) == 0) ++bit;
  return bit;
}

Field flag(const char* name, std::uint32_t mask) { return {name, bit_of(mask), bit_of(mask), ""}; }

// The fields of a register; their access is the register's.
std::vector<Field> fields_of(const Register& r) {
  if (r.address == reg::kId.address) return {{"value", 31, 0, fmt::format(" reset = 32'h{:08x};", kIdValue)}};
  if (r.address == reg::kIsaVersion.address)
    return {{"value", 31, 0, fmt::format(" reset = 32'h{:08x};", isa::kVersion)}};
  if (r.address == reg::kControl.address) return {flag("doorbell", kDoorbell)};
  if (r.address == reg::kStatus.address)
    return {flag("busy", kStatusBusy), flag("done", kStatusDone), flag("error", kStatusError)};
  if (r.address == reg::kIrqEnable.address || r.address == reg::kIrqStatus.address)
    return {flag("done", kIrqDone), flag("error", kIrqError)};
  return {{"value", 32 * r.words - 1, 0, ""}};
}

// Software's and hardware's access. All but the constants are zero after reset.
const char* access_properties(Access access) {
  switch (access) {
    case Access::kRead:
      return "sw = r; hw = w; reset = 0;";
    case Access::kWrite:
      return "sw = w; hw = r; singlepulse; reset = 0;";
    case Access::kReadWrite:
      return "sw = rw; hw = r; reset = 0;";
    case Access::kReadWriteOneToClear:
      return "sw = rw; hw = w; onwrite = woclr; hwset; reset = 0;";
  }
  return "";
}

std::string register_text(const Register& r, const std::string& name, const std::string& place) {
  const std::string width = r.words == 2 ? "    regwidth = 64;\n" : "";
  std::string text = "  reg {\n" + width;
  for (const Field& field : fields_of(r)) {
    const char* access = field.properties.empty() ? access_properties(r.access) : "sw = r; hw = na;";
    text +=
        fmt::format("    field {{ {}{} }} {}[{}:{}];\n", access, field.properties, field.name, field.high, field.low);
  }
  return text + fmt::format("  }} {}{};\n", name, place);
}

}  // namespace

std::string systemrdl() {
  std::string text =
      "// SPDX-License-Identifier: Apache-2.0\n"
      "//\n"
      "// Registers of a Systole chip behind its AXI4-Lite port, in SystemRDL 2.0. Made by `systole export`.\n"
      "// A register of 64 bits has its high word behind its low word. error_code:\n";
  for (std::uint32_t code = 1; code <= 5; ++code) text += fmt::format("//   {} {}\n", code, error_name(code));
  text +=
      "addrmap systole_chip {\n"
      "  default regwidth = 32;\n"
      "  default accesswidth = 32;\n"
      "  littleendian;\n\n";
  for (const Register& r : kRegisters) {
    const bool is_base = r.address == reg::kBase.address;
    const std::string at = fmt::format(" @ 0x{:03X}", r.address);
    text += register_text(r, r.name, is_base ? fmt::format("[{}]{} += 0x8", isa::kBases, at) : at);
  }
  for (std::size_t k = 0; k < kCounters; ++k) {
    const Register counter{counter_address(k), kCounterNames[k], Access::kRead, 2};
    text += register_text(counter, std::string("counter_") + counter.name, fmt::format(" @ 0x{:03X}", counter.address));
  }
  return text + "};\n";
}

}  // namespace systole::platform
