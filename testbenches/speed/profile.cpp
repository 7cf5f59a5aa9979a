// SPDX-License-Identifier: Apache-2.0
#include "speed/profile.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/time.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/process.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <thread>

#include "support/error.hpp"
#include "verilated/rtl_library.hpp"

namespace systole::bench {

namespace bp = boost::process;
namespace fs = std::filesystem;

namespace {

// A signal handler has no other place to write to.
std::array<std::uintptr_t, 1 << 16> samples;
std::atomic<std::size_t> sample_count{0};

std::uintptr_t program_counter(const ucontext_t& context) {
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<std::uintptr_t>(context.uc_mcontext.pc);
#else
#error "where is the program counter of this processor?"
#endif
}

void take_sample(int, siginfo_t*, void* context) {
  const std::size_t i = sample_count.fetch_add(1);
  if (i < samples.size()) samples[i] = program_counter(*static_cast<ucontext_t*>(context));
}

void set_timer(long microseconds) {
  itimerval timer{};
  timer.it_interval.tv_usec = timer.it_value.tv_usec = microseconds;
  ::setitimer(ITIMER_PROF, &timer, nullptr);
}

void run(const std::string& program, const std::vector<std::string>& arguments, const fs::path& log) {
  const auto path = bp::search_path(program);
  if (path.empty()) throw UserError(program + ": not found on PATH");
  if (bp::system(path, bp::args(arguments), (bp::std_out & bp::std_err) > log.string()) != 0)
    throw UserError(program + " failed, see " + log.string());
}

// Prefix of an instance path (its last names decide) -> the row of the table.
std::string block_of(const std::string& path) {
  static const std::vector<std::pair<std::string, std::string>> kBlocks = {
      {"u_matrix__DOT__u_array", "systolic array"},
      {"u_matrix", "matrix engine without its array"},
      {"u_store__DOT__u_post_processing", "post-processing"},
      {"u_store", "store engine without post-processing"},
      {"u_load", "load engine"},
      {"u_command", "command processor"},
      {"u_registers", "registers and counters"},
      {"u_read_arbiter", "read arbiter"},
      {"u_activation_buffer", "buffers"},
      {"u_accumulators", "buffers"},
      {"u_weight_buffer", "buffers"},
      {"u_parameter_buffer", "buffers"}};
  for (const auto& [prefix, block] : kBlocks)
    if (path.compare(0, prefix.size(), prefix) == 0) return block;
  return "";
}

// The lines of one generated file, and what each statement is about.
class Source {
 public:
  explicit Source(const fs::path& file) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) lines_.push_back(line);
  }
  std::string block(std::size_t number) const {  // lines count from 1
    if (number == 0 || number > lines_.size()) return "";
    std::size_t begin = number - 1, end = number - 1;
    const auto ends = [&](std::size_t i) {
      return lines_[i].find(';') != std::string::npos || lines_[i].find('{') != std::string::npos ||
             lines_[i].find('}') != std::string::npos;
    };
    while (begin > 0 && !ends(begin - 1)) --begin;
    while (end + 1 < lines_.size() && !ends(end)) ++end;
    std::string statement;
    for (std::size_t i = begin; i <= end; ++i) {  // a name may be broken over two lines, never inside a word
      const std::size_t text = lines_[i].find_first_not_of(' ');
      if (text != std::string::npos) statement += lines_[i].substr(text);
    }
    static const std::regex kInstance(
        "systole_chip__DOT__(?:gen_[a-z_]*__DOT__)?(u_[a-z]+(?:_[a-z]+)*(?:__DOT__u_[a-z]+(?:_[a-z]+)*)?)");
    std::map<std::string, int> votes;
    for (auto it = std::sregex_iterator(statement.begin(), statement.end(), kInstance); it != std::sregex_iterator();
         ++it)
      if (const std::string name = block_of((*it)[1]); !name.empty()) ++votes[name];
    std::string best;
    for (const auto& [name, count] : votes)
      if (best.empty() || count > votes[best]) best = name;
    return best;
  }

 private:
  std::vector<std::string> lines_;
};

}  // namespace

ProfiledChip::ProfiledChip(const Chip& chip) {
  platform::RtlBuild build;
  build.parameters = chip.rtl_parameters();
  const fs::path source = SYSTOLE_SOURCE_DIR, rtl = platform::rtl_directory();
  const fs::path directory = fs::path(SYSTOLE_PROFILE_DIR) / platform::library_key(build);
  directory_ = directory.string();
  library_ = (directory / "chip.so").string();
  if (fs::exists(library_)) return;
  fs::create_directories(directory);
  // The flags of sim/verilated/rtl_library.cpp, and -g.
  std::vector<std::string> arguments = {"--cc",          "--exe",      "--top-module", "systole_chip", "--prefix",
                                        "Vsystole_chip", "-O3",        "--x-assign",   "unique",       "--x-initial",
                                        "unique",        "-Wno-fatal", "-Wno-WIDTH",   "--no-assert",  "-Mdir",
                                        directory_,      "-o",         "chip.so"};
  for (const auto& [name, value] : build.parameters) arguments.push_back(fmt::format("-G{}={}", name, value));
  arguments.insert(arguments.end(),
                   {"-CFLAGS",
                    fmt::format("-g -fPIC -fvisibility=hidden -fno-gnu-unique -DVL_USER_STOP -DVL_USER_FATAL -I{} -I{}",
                                (source / "sim").string(), (source / "models").string()),
                    "-LDFLAGS", "-shared -fPIC -Wl,-Bsymbolic", (rtl / "lint.vlt").string(), "-F",
                    (rtl / "files.f").string(), (source / "sim/verilated/verilated_chip.cpp").string()});
  run("verilator", arguments, directory / "verilator.log");
  run("make",
      {"-C", directory_, "-f", "Vsystole_chip.mk",
       fmt::format("-j{}", std::max(1u, std::thread::hardware_concurrency())), "OPT_FAST=-O3", "OPT_SLOW=-O1",
       "OPT_GLOBAL=-O2", "chip.so"},
      directory / "make.log");
}

std::shared_ptr<platform::VerilatedChip> ProfiledChip::create() const {
  void* library = ::dlopen(library_.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* create = library != nullptr ? ::dlsym(library, "systole_create_chip") : nullptr;
  if (create == nullptr) throw UserError(library_ + ": cannot be loaded: " + ::dlerror());
  return std::shared_ptr<platform::VerilatedChip>(reinterpret_cast<platform::CreateChip>(create)(1));
}

std::vector<ProfiledChip::Share> ProfiledChip::sample(const std::function<void()>& work) const {
  struct sigaction action = {}, before = {};
  action.sa_sigaction = take_sample;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  ::sigaction(SIGPROF, &action, &before);
  sample_count = 0;
  set_timer(1000);
  work();
  set_timer(0);
  ::sigaction(SIGPROF, &before, nullptr);
  const std::size_t count = std::min(sample_count.load(), samples.size());
  invariant(count > 0, "a timer of CPU time ticks");

  std::map<std::string, std::uint64_t> totals;
  std::map<std::uintptr_t, std::uint64_t> in_chip;  // offset in the library -> samples
  for (std::size_t i = 0; i < count; ++i) {
    Dl_info info{};
    const bool known = ::dladdr(reinterpret_cast<void*>(samples[i]), &info) != 0 && info.dli_fname != nullptr;
    if (known && library_ == info.dli_fname)
      ++in_chip[samples[i] - reinterpret_cast<std::uintptr_t>(info.dli_fbase)];
    else
      ++totals["platform: SystemC, memory, checker, traces"];
  }

  // For each address addr2line prints itself and then its frames, the innermost first.
  const fs::path addresses = fs::path(directory_) / "samples.txt", lines = fs::path(directory_) / "lines.txt";
  {
    std::ofstream out(addresses);
    for (const auto& [offset, n] : in_chip) out << fmt::format("{:#x}\n", offset);
  }
  const auto tool = bp::search_path("addr2line");
  if (tool.empty()) throw UserError("addr2line: not found on PATH (Debian package binutils)");
  if (bp::system(tool, "-a", "-i", "-e", library_, bp::std_in<addresses.string(), bp::std_out> lines.string()) != 0)
    throw UserError("addr2line failed on " + library_);
  std::map<std::string, Source> sources;
  std::ifstream in(lines);
  auto sample = in_chip.begin();
  std::string line;
  std::getline(in, line);
  while (in && sample != in_chip.end()) {
    std::string block, file_seen;
    while (std::getline(in, line) && line.compare(0, 2, "0x") != 0) {
      const std::size_t colon = line.rfind(':');
      if (colon == std::string::npos) continue;
      const std::string file = fs::path(line.substr(0, colon)).filename().string();
      if (file.find("Vsystole_chip_systolic_row") == 0) block = "systolic array";
      if (file.find("Vsystole_chip") == 0 && block.empty()) {
        const auto [source, inserted] = sources.try_emplace(file, fs::path(directory_) / file);
        block = source->second.block(std::strtoull(line.c_str() + colon + 1, nullptr, 10));
      }
      if (file.find("verilated_chip.cpp") == 0 && block.empty()) block = "copying of the pins";
    }
    totals[block.empty() ? "Verilator's evaluation loop, not attributed" : block] += sample->second;
    ++sample;
  }
  invariant(sample == in_chip.end(), "addr2line answers for every address");
  std::vector<Share> shares;
  for (const auto& [block, n] : totals) shares.push_back({block, n});
  std::sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) { return a.samples > b.samples; });
  return shares;
}

}  // namespace systole::bench
