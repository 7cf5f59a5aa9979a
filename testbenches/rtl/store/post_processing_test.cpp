// SPDX-License-Identifier: Apache-2.0
//
// Does the pipeline compute what the store instruction says, ten cycles after the last input of
// each window, with a configuration that changes from window to window?
#include "Vpost_processing.h"
#include "cycle/store_engine.hpp"
#include "post_model.hpp"
#include "torture.hpp"

using namespace systole::bench;
using sc_core::sc_signal;

namespace {

constexpr int kLanes = 4;
constexpr int kLatency = systole::cycle::kPostLatency;  // post_pkg::PostLatency: the cycle model has the same

struct Configuration {
  bool raw = false, requantize = false, mid_signed = false, residual = false, residual_signed = false,
       output_signed = false;
  uint8_t mid_zero_point = 0;
  int16_t clamp_low = 0, clamp_high = 0;
  uint32_t ra = 0, rb = 0, offset = 0;
};

struct Group {
  Configuration configuration;
  bool first = true, last = true;
  int32_t source[kLanes] = {};
  RequantizeCase parameters[kLanes] = {};  // bias and scale
  uint8_t residual[kLanes] = {};
};

/// The result of one lane before the window maximum.
int32_t before_window(const Group& group, int lane) {
  const Configuration& c = group.configuration;
  int32_t v = group.source[lane];
  if (c.raw) return v;
  const RequantizeCase& p = group.parameters[lane];
  if (c.requantize) v = requantize(v, p.bias, p.scale, c.mid_signed, c.mid_zero_point);
  const uint8_t byte = group.residual[lane];
  const int32_t b = c.residual_signed ? static_cast<int8_t>(byte) : byte;
  if (c.residual) v = add_residual(v, b, c.ra, c.rb, c.offset, c.output_signed);
  return std::min<int32_t>(std::max<int32_t>(v, c.clamp_low), c.clamp_high);
}

struct PostBench : Bench {
  sc_signal<bool> valid_in{"valid_in"}, first{"first"}, last{"last"}, raw{"raw"}, requantize_on{"requantize_on"},
      mid_signed{"mid_signed"}, residual_on{"residual_on"}, residual_signed{"residual_signed"},
      output_signed{"output_signed"}, valid_out{"valid_out"};
  sc_signal<sc_dt::sc_bv<kLanes * 32>> source{"source"}, data{"data"};
  sc_signal<sc_dt::sc_bv<kLanes * 64>> parameters{"parameters"};
  sc_signal<uint32_t> residual{"residual"}, mid_zero_point{"mid_zero_point"}, clamp_low{"clamp_low"},
      clamp_high{"clamp_high"}, ra{"ra"}, rb{"rb"}, offset{"offset"};
  Vpost_processing dut{"dut"};

  struct Result {
    uint64_t cycle;
    uint32_t lane[kLanes];
  };
  std::function<std::vector<Group>()> next_window;
  uint64_t windows_left;
  int gap_percent;
  Random random = random_stream(40);
  std::deque<Group> groups;
  std::deque<Result> expected;
  int32_t maximum[kLanes] = {};
  uint64_t checked = 0;

  PostBench(uint64_t windows, int gaps, std::function<std::vector<Group>()> window)
      : Bench("bench"), next_window(std::move(window)), windows_left(windows), gap_percent(gaps) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
    dut.valid_i(valid_in);
    dut.source_i(source);
    dut.parameters_i(parameters);
    dut.residual_i(residual);
    dut.window_first_i(first);
    dut.window_last_i(last);
    dut.raw_i(raw);
    dut.requantize_i(requantize_on);
    dut.mid_signed_i(mid_signed);
    dut.mid_zero_point_i(mid_zero_point);
    dut.residual_enable_i(residual_on);
    dut.residual_signed_i(residual_signed);
    dut.output_signed_i(output_signed);
    dut.clamp_low_i(clamp_low);
    dut.clamp_high_i(clamp_high);
    dut.add_scale_source_i(ra);
    dut.add_scale_residual_i(rb);
    dut.add_offset_i(offset);
    dut.valid_o(valid_out);
    dut.data_o(data);
  }

  void on_clock() override {
    check();
    drive();
    if (windows_left == 0 && groups.empty() && expected.empty()) finish();
  }

  void check() {
    const bool due = !expected.empty() && expected.front().cycle == cycle();
    if (valid_out.read() != due) {
      fail(fmt::format("valid_o is {}, window {}", valid_out.read(), checked));
      return;
    }
    if (!due) return;
    const sc_dt::sc_bv<kLanes* 32> words = data.read();
    for (int lane = 0; lane < kLanes; ++lane) {
      if (words.get_word(lane) != expected.front().lane[lane]) {
        fail(fmt::format("window {} lane {}: expected {:#x}, got {:#x}", checked, lane, expected.front().lane[lane],
                         words.get_word(lane)));
      }
    }
    expected.pop_front();
    ++checked;
  }

  void drive() {
    if (groups.empty() && windows_left > 0) {
      --windows_left;
      for (Group& group : next_window()) groups.push_back(group);
    }
    const bool send = !groups.empty() && !random.chance(gap_percent);
    valid_in.write(send);
    if (!send) return;
    const Group group = groups.front();
    groups.pop_front();
    const Configuration& c = group.configuration;
    sc_dt::sc_bv<kLanes * 32> source_bits;
    sc_dt::sc_bv<kLanes * 64> parameter_bits;
    uint32_t residual_bits = 0;
    Result result{cycle() + 1 + kLatency, {}};  // written now, taken at the next edge
    for (int lane = 0; lane < kLanes; ++lane) {
      source_bits.set_word(lane, static_cast<uint32_t>(group.source[lane]));
      parameter_bits.set_word(2 * lane, static_cast<uint32_t>(group.parameters[lane].bias));
      parameter_bits.set_word(2 * lane + 1, group.parameters[lane].scale);
      residual_bits |= static_cast<uint32_t>(group.residual[lane]) << 8 * lane;
      const int32_t v = before_window(group, lane);
      maximum[lane] = group.first ? v : std::max(maximum[lane], v);
      result.lane[lane] = c.raw ? static_cast<uint32_t>(v) : static_cast<uint8_t>(maximum[lane]);
    }
    if (group.last) expected.push_back(result);
    source.write(source_bits);
    parameters.write(parameter_bits);
    residual.write(residual_bits);
    first.write(group.first);
    last.write(group.last);
    raw.write(c.raw);
    requantize_on.write(c.requantize);
    mid_signed.write(c.mid_signed);
    mid_zero_point.write(c.mid_zero_point);
    residual_on.write(c.residual);
    residual_signed.write(c.residual_signed);
    output_signed.write(c.output_signed);
    clamp_low.write(static_cast<uint16_t>(c.clamp_low));
    clamp_high.write(static_cast<uint16_t>(c.clamp_high));
    ra.write(c.ra);
    rb.write(c.rb);
    offset.write(c.offset);
  }
};

Configuration random_configuration(Random& random) {
  Configuration c;
  c.raw = random.chance(15);
  c.requantize = !c.raw && random.chance(70);
  c.residual = !c.raw && random.chance(50);
  c.mid_signed = random.chance(50);
  c.residual_signed = random.chance(50);
  c.output_signed = random.chance(50);
  c.mid_zero_point = static_cast<uint8_t>(random.bits(8));
  c.clamp_low = static_cast<int16_t>(random.chance(30) ? random.between(-100, 100) : -128);
  c.clamp_high = static_cast<int16_t>(random.chance(30) ? random.between(c.clamp_low, 255) : 255);
  if (random.chance(2)) {  // beyond every value, both ways
    c.clamp_low = random.chance(50) ? INT16_MIN : 300;
    c.clamp_high = INT16_MAX;
  }
  return c;
}

/// A window of groups with one configuration.
std::vector<Group> random_window(Random& random, const Configuration& configuration, int taps) {
  std::vector<Group> window(static_cast<size_t>(taps));
  AddCase scales = random_add_case(random);
  for (Group& group : window) {
    group.configuration = configuration;
    group.configuration.ra = scales.ra;
    group.configuration.rb = scales.rb;
    group.configuration.offset = scales.offset;
    group.first = &group == &window.front();
    group.last = &group == &window.back();
    for (int lane = 0; lane < kLanes; ++lane) {
      group.parameters[lane] = random_requantize_case(random);
      group.source[lane] = group.parameters[lane].value;
      // Without requantization the source is a byte of the activation buffer, unless it is raw.
      if (!configuration.requantize && !configuration.raw) {
        group.source[lane] =
            static_cast<int32_t>(configuration.mid_signed ? random.between(-128, 127) : random.between(0, 255));
      }
      group.residual[lane] = static_cast<uint8_t>(random.chance(30) ? scales.b : random.between(0, 255));
    }
  }
  return window;
}

void run(uint64_t windows, int gap_percent, std::function<std::vector<Group>()> window) {
  PostBench bench(windows, gap_percent, std::move(window));
  bench.run(windows * 300 + 1000);
  REQUIRE(bench.checked == windows);
}

}  // namespace

TEST_CASE("the configuration changes every cycle without a gap") {
  Random random = random_stream(41);
  run(150000, 0, [&] { return random_window(random, random_configuration(random), 1); });
}

TEST_CASE(
    "windows of every size give their maximum ten cycles after their last input, with gaps "
    "anywhere") {
  Random random = random_stream(42);
  run(40000, 20, [&] {
    const Configuration configuration = random_configuration(random);
    const int taps = configuration.raw ? 1 : static_cast<int>(random.between(1, 9));
    return random_window(random, configuration, taps);
  });
}

TEST_CASE("a long window keeps its maximum, negative values included") {
  Random random = random_stream(43);
  run(100, 50, [&] {
    Configuration configuration;
    configuration.mid_signed = configuration.output_signed = true;
    configuration.clamp_low = -128;
    configuration.clamp_high = 127;
    std::vector<Group> window = random_window(random, configuration, 100);
    for (Group& group : window) {
      for (int32_t& value : group.source) value = static_cast<int32_t>(random.between(-128, -100));
    }
    return window;
  });
}

TEST_CASE("the torture file comes out as it says") {
  const Torture torture = read_torture(SYSTOLE_TORTURE_FILE);
  std::vector<Group> groups;
  std::vector<int32_t> expected;
  for (const TortureRequantize& item : torture.requantize) {
    Group group;
    Configuration& c = group.configuration;
    c.requantize = true;
    c.mid_signed = item.is_signed;
    c.mid_zero_point = item.zero_point;
    c.clamp_low = -128;
    c.clamp_high = 255;
    for (int lane = 0; lane < kLanes; ++lane) {
      group.source[lane] = item.data.value;
      group.parameters[lane] = item.data;
    }
    groups.push_back(group);
    expected.push_back(item.expected);
  }
  for (const TortureAdd& item : torture.add) {
    Group group;
    Configuration& c = group.configuration;
    c.residual = true;
    c.residual_signed = item.b_signed;
    c.output_signed = item.is_signed;
    c.clamp_low = -128;
    c.clamp_high = 255;
    c.ra = item.data.ra;
    c.rb = item.data.rb;
    c.offset = item.data.offset;
    for (int lane = 0; lane < kLanes; ++lane) {
      group.source[lane] = item.data.a;
      group.residual[lane] = static_cast<uint8_t>(item.data.b);
    }
    groups.push_back(group);
    expected.push_back(item.expected);
  }
  REQUIRE(groups.size() > 10000);
  // The bench's own model, which the pipeline is checked against, agrees with the file.
  for (size_t i = 0; i < groups.size(); ++i) {
    if (before_window(groups[i], 0) != expected[i]) FAIL("case " << i << " of the torture file");
  }
  size_t next = 0;
  run(groups.size(), 0, [&] { return std::vector<Group>{groups[next++]}; });
}
