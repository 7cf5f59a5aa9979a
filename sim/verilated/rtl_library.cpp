// SPDX-License-Identifier: Apache-2.0
#include "verilated/rtl_library.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/process.hpp>
#include <boost/uuid/name_generator_sha1.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "support/data_directory.hpp"
#include "support/digest.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/work/interruption.hpp"

namespace systole::platform {

namespace fs = std::filesystem;
namespace bp = boost::process;

namespace {

// Verilator 5.006 appends `-Os` to the flags of its own code unless these make variables say
// otherwise: half the speed.
constexpr const char* kOptimize = "-O3";
constexpr const char* kCompilerFlags = "-fPIC -fvisibility=hidden -fno-gnu-unique -DVL_USER_STOP -DVL_USER_FATAL";

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UserError(file.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

fs::path program_path(const std::string& name, const std::string& why) {
  const auto path = bp::search_path(name);
  if (path.empty())
    throw UserError(name + ": not found on PATH; it is needed to " + why + " (Debian package " + name + ")");
  return path.string();
}

// In a folder of prebuilt libraries: the version of the Verilator that made them.
constexpr const char* kVersionFile = "verilator_version";

// Of the Verilator on the path. Without one, of the one that made the prebuilt libraries: they need none.
std::string verilator_version() {
  static const std::string version = [] {
    const fs::path recorded = data_directory("prebuilt") / kVersionFile;
    if (bp::search_path("verilator").empty() && fs::exists(recorded)) return read_file(recorded);
    const fs::path verilator = program_path("verilator", "compile the chip's RTL");
    bp::ipstream out;
    std::string line;
    bp::child child(verilator.string(), "--version", bp::std_out > out, bp::std_err > bp::null);
    std::getline(out, line);
    child.wait();
    if (child.exit_code() != 0 || line.empty())
      throw UserError(verilator.string() + " --version failed: the chip's RTL cannot be compiled");
    return line;
  }();
  return version;
}

// Every file that the library's contents depend on, in a fixed order.
std::vector<fs::path> inputs() {
  const fs::path rtl = rtl_directory();
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(rtl)) {
    const std::string extension = entry.path().extension().string();
    if (entry.is_regular_file() &&
        (extension == ".sv" || extension == ".svh" || extension == ".v" || extension == ".f" || extension == ".vlt"))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::istringstream wrapper(SYSTOLE_WRAPPER_FILES);
  for (std::string file; std::getline(wrapper, file, ':');) files.push_back(data_directory("wrapper") / file);
  return files;
}

std::vector<std::string> verilator_arguments(const RtlBuild& build, const fs::path& out) {
  const fs::path rtl = rtl_directory(), wrapper = data_directory("wrapper");
  std::vector<std::string> args = {
      "--cc",       "--exe",      "--top-module", "systole_chip", "--prefix", "Vsystole_chip",
      "-O3",        "--x-assign", "unique",       "--x-initial",  "unique",   "-Wno-fatal",
      "-Wno-WIDTH", "-Mdir",      out.string(),   "-o",           "chip.so"};
  args.push_back(build.assertions ? "--assert" : "--no-assert");
  if (build.waves) args.push_back("--trace-fst");
  for (const auto& [name, value] : build.parameters) args.push_back(fmt::format("-G{}={}", name, value));
  args.insert(args.end(),
              {"-CFLAGS",
               fmt::format("{} -I{} -I{}", kCompilerFlags, (wrapper / "sim").string(), (wrapper / "models").string()),
               "-LDFLAGS", "-shared -fPIC -Wl,-Bsymbolic"});
  if (fs::exists(rtl / "lint.vlt")) args.push_back((rtl / "lint.vlt").string());
  args.insert(args.end(), {"-F", (rtl / "files.f").string()});
  if (build.waves) args.push_back((wrapper / "sim/verilated/wave_marks.sv").string());
  args.push_back((wrapper / "sim/verilated/verilated_chip.cpp").string());
  return args;
}

// The line of a log that says most: the first with "error" in it, else the last.
std::string telling_line(const fs::path& log) {
  std::ifstream in(log);
  std::string line, last;
  while (std::getline(in, line)) {
    std::string lower = line;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower.find("error") != std::string::npos) return line;
    if (!line.empty()) last = line;
  }
  return last;
}

// What a build says while a program of it runs.
struct Phase {
  std::string text;
  const BuildProgress& progress;
  std::chrono::milliseconds sign_of_life;
};

// Appends to `log`, which is no link to another file.
void run(const fs::path& program, const std::vector<std::string>& args, const fs::path& log, const char* what,
         const Phase& phase) {
  const auto say = [&](const std::string& more) {
    if (phase.progress) phase.progress("building the chip's RTL: " + phase.text + more);
  };
  say("");
  const int descriptor = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
  std::FILE* out = descriptor < 0 ? nullptr : ::fdopen(descriptor, "ab");
  if (out == nullptr) throw UserError(log.string() + ": cannot be written: " + std::strerror(errno));
  fmt::print(out, "$ {}", program.string());
  for (const std::string& arg : args) fmt::print(out, " '{}'", arg);
  fmt::print(out, "\n");
  std::fflush(out);
  bp::group group;  // with all that it starts
  bp::child child(program.string(), bp::args(args), bp::std_in<bp::null, (bp::std_out & bp::std_err)> out, group);
  std::fclose(out);
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  Clock::time_point next = begin + phase.sign_of_life;
  while (child.running()) {
    if (interruption_signal() != 0) group.terminate();
    if (const Clock::time_point now = Clock::now(); now >= next) {
      next = now + phase.sign_of_life;
      say(fmt::format(", {} s so far", std::chrono::duration_cast<std::chrono::seconds>(now - begin).count()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  check_interruption();
  if (child.exit_code() != 0)
    throw UserError(fmt::format("{} failed: {} (log: {})", what, telling_line(log), log.string()));
}

fs::path library_file(const fs::path& directory, const std::string& key) {
  return directory / ("systole_chip-" + key + ".so");
}

// What is loaded from the folder runs with the user's rights. So it is made private, and refused if another user owns it or
// may write into it.
void make_private_directory(const fs::path& directory) {
  std::error_code error;
  if (directory.has_parent_path()) fs::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    throw UserError(directory.string() + ": cannot be created: " + std::strerror(errno));
  const auto refuse = [&](const std::string& why) {
    throw UserError(directory.string() + ": " + why + "; SYSTOLE_CACHE names another folder for libraries of chips");
  };
  struct stat status = {};
  if (::stat(directory.c_str(), &status) != 0) refuse(std::strerror(errno));
  if (status.st_uid != ::geteuid()) refuse("belongs to another user");
  if (!S_ISDIR(status.st_mode)) refuse("is no folder");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) refuse("can be written by other users (see chmod go-w)");
}

// Beside each library, so that one that was cut or changed is built anew instead of loaded.
fs::path digest_file(const fs::path& library) { return library.string() + ".sha256"; }

bool is_own_file(const fs::path& file) {
  struct stat status = {};
  return ::lstat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid();
}

bool is_intact(const fs::path& library) {
  if (!is_own_file(library) || !is_own_file(digest_file(library))) return false;
  std::ifstream in(digest_file(library));
  std::string digest;
  return in >> digest && digest == sha256_of_file(library);
}

// One build of a library at a time, of all processes and threads. The file is never followed through a link, and is no
// pipe that would wait.
class BuildLock {
 public:
  explicit BuildLock(const fs::path& file)
      : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) throw UserError(file.string() + ": cannot be written: " + std::strerror(errno));
    struct stat status = {};
    if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) return;
    ::close(descriptor_);
    throw UserError(file.string() + ": is no regular file");
  }
  ~BuildLock() { ::close(descriptor_); }  // which unlocks
  BuildLock(const BuildLock&) = delete;
  BuildLock& operator=(const BuildLock&) = delete;

  bool try_lock() { return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0; }
  // Ends with Interrupted at a signal.
  void lock() {
    while (!try_lock()) {
      check_interruption();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

 private:
  int descriptor_;
};

// Folders of builds that were killed; the lock is held, so no build of these is going on.
void remove_stale_builds(const fs::path& directory, const std::string& prefix) {
  std::error_code none;
  std::vector<fs::path> stale;
  for (const auto& entry : fs::directory_iterator(directory, none))
    if (entry.path().filename().string().rfind(prefix, 0) == 0) stale.push_back(entry.path());
  for (const fs::path& each : stale) fs::remove_all(each, none);
}

}  // namespace

fs::path rtl_directory() {
  const char* from_environment = std::getenv("SYSTOLE_RTL");
  const fs::path rtl = from_environment != nullptr ? fs::path(from_environment) : data_directory("rtl");
  if (!fs::exists(rtl / "files.f"))
    throw UserError(rtl.string() + ": holds no files.f; set SYSTOLE_RTL to the directory of the RTL");
  return fs::absolute(rtl);
}

fs::path cache_directory() {
  // An empty variable is one that is not set (XDG Base Directory Specification).
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  if (const std::string cache = variable("SYSTOLE_CACHE"); !cache.empty()) return cache;
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return fs::path(cache) / "systole";
  if (const std::string home = variable("HOME"); !home.empty()) return fs::path(home) / ".cache/systole";
  throw UserError("no cache directory: set SYSTOLE_CACHE, XDG_CACHE_HOME or HOME");
}

std::string library_key(const RtlBuild& build) {
  const fs::path rtl = rtl_directory(), wrapper = data_directory("wrapper");
  std::string text = verilator_version() + "\n";
  for (const std::string& arg : verilator_arguments(build, "")) {
    // A path is not part of the key, what it leads to is.
    if (arg.find(rtl.string()) == std::string::npos && arg.find(wrapper.string()) == std::string::npos)
      text += arg + "\n";
  }
  text += std::string(kOptimize) + " " + kCompilerFlags;
  for (const fs::path& file : inputs()) {
    const std::string contents = read_file(file);
    text += fmt::format("\n{} {}\n", file.lexically_proximate(rtl).filename().string(), contents.size()) + contents;
  }
  // A name-based UUID is the SHA-1 of the text; the RFC 4122 bits in it do no harm.
  const boost::uuids::uuid id = boost::uuids::name_generator_sha1(boost::uuids::ns::oid())(text);
  return fmt::format("{:02x}", fmt::join(id.begin(), id.end(), ""));
}

fs::path build_library(const RtlBuild& build, const fs::path& directory, const BuildProgress& progress,
                       std::chrono::milliseconds sign_of_life) {
  const auto say = [&](const std::string& line) {
    if (progress) progress(line);
  };
  const std::string key = library_key(build);
  const fs::path file = library_file(directory, key);
  make_private_directory(directory);
  if (is_intact(file)) return file;

  BuildLock lock(directory / ("systole_chip-" + key + ".lock"));
  if (!lock.try_lock()) {
    say("waiting for another process that builds this chip");
    lock.lock();
  }
  if (is_intact(file)) return file;
  if (fs::exists(file)) say("building again: " + file.string() + " is not what was built");
  const std::string prefix = "building-" + key + "-";
  remove_stale_builds(directory, prefix);

  const fs::path verilator = program_path("verilator", "compile the chip's RTL");
  const fs::path make = program_path("make", "compile the chip's RTL");
  std::string work_name = (directory / (prefix + "XXXXXX")).string();
  if (::mkdtemp(work_name.data()) == nullptr)
    throw UserError(directory.string() + ": cannot be written: " + std::strerror(errno));
  const fs::path work = work_name;
  const fs::path log = directory / ("systole_chip-" + key + ".log");
  std::error_code ignored;
  fs::remove(log, ignored);
  try {
    run(verilator, verilator_arguments(build, work), log, "Verilator", {"verilator", progress, sign_of_life});
    const unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::string> args = {"-C",
                                     work.string(),
                                     "-f",
                                     "Vsystole_chip.mk",
                                     fmt::format("-j{}", jobs),
                                     fmt::format("OPT_FAST={}", kOptimize),
                                     "OPT_SLOW=-O1",
                                     "OPT_GLOBAL=-O2"};
    if (!bp::search_path("ccache").empty()) args.push_back("OBJCACHE=ccache");
    args.push_back("chip.so");
    run(make, args, log, "the C++ compiler", {fmt::format("C++ compiler, {} jobs", jobs), progress, sign_of_life});
    // The digest first: a library without its own is not taken for whole.
    fs::remove(file, ignored);
    fs::remove(digest_file(file), ignored);
    write_whole_file(digest_file(file), sha256_of_file(work / "chip.so") + "\n");
    fs::rename(work / "chip.so", file);
  } catch (const fs::filesystem_error& error) {
    fs::remove_all(work, ignored);
    throw UserError(error.what());
  } catch (...) {
    fs::remove_all(work, ignored);
    throw;
  }
  fs::remove_all(work, ignored);
  say("built " + file.string());
  return file;
}

void write_prebuilt_version(const fs::path& directory) {
  write_whole_file(directory / kVersionFile, verilator_version());
}

RtlLibrary::RtlLibrary(const RtlBuild& build, const BuildProgress& progress) {
  file_ = library_file(data_directory("prebuilt"), library_key(build));
  if (!fs::exists(file_)) file_ = build_library(build, cache_directory(), progress);
}

std::shared_ptr<VerilatedChip> RtlLibrary::create(std::uint32_t seed) const {
  const auto fail = [this] { throw UserError(file_.string() + ": cannot be loaded: " + ::dlerror()); };
  // Verilator's runtime keeps static data that it never gives back, so a library that is unloaded leaves them behind.
  void* library = ::dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) fail();
  void* create = ::dlsym(library, "systole_create_chip");
  if (create == nullptr) fail();
  return {reinterpret_cast<CreateChip>(create)(seed), [library](VerilatedChip* chip) {
            delete chip;
            ::dlclose(library);  // dlopen counts its calls
          }};
}

}  // namespace systole::platform
