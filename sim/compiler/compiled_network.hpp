// SPDX-License-Identifier: Apache-2.0
//
// The result of compiling a network for one chip: a list of steps and the map of the chip's DRAM. A step is one program
// for the chip, or one operator on the host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "chip/chip.hpp"
#include "isa/program.hpp"
#include "network/network.hpp"
#include "support/work/work_progress.hpp"

namespace systole::compiler {

// How the host writes a tensor of few channels for the one convolution that reads it. In column x of the layout,
// channel tap * channels + c is the input that this tap of a kernel row reads for output column x. Outside of the image
// it is the zero point.
struct Unrolled {
  std::int64_t channels = 1, width = 1;                      // of the tensor
  std::int64_t taps = 1, stride = 1, dilation = 1, pad = 0;  // of the convolution, along x
  std::int64_t columns = 1;                                  // of its output
  std::uint8_t pad_value = 0;
};

// An int8, uint8 or int32 tensor in DRAM: [image][channel block][height][width][block], channels padded to a multiple
// of the block. What the padding channels hold is unspecified. A matrix [m][k] is one image of height 1 and width m
// with k channels.
struct TensorLayout {
  std::uint64_t offset = 0;  // bytes from base register 0 (tensors)
  std::int64_t images = 1, channels = 1, height = 1, width = 1;
  std::uint32_t block = 0;           // array_rows; array_cols for what the chip loads as weights
  std::uint32_t element_bytes = 1;   // 1, or 4 for int32
  bool channels_last = false;        // of the host's row-major bytes: a matrix [m][k]; otherwise [n][c][h][w]
  std::optional<Unrolled> unrolled;  // if set, `channels` and `width` are those of the unrolled tensor
  std::uint64_t size_bytes() const;
  std::uint64_t bytes_of_blocks(std::int64_t count) const;  // of one image
};

struct ChipStep {
  isa::Program program;           // tag of each instruction = index of its node in Network::nodes
  std::vector<TensorId> inputs;   // written into DRAM by the host before the doorbell
  std::vector<TensorId> outputs;  // read from DRAM by the host after the interrupt
  std::vector<TensorId> written;  // all tensors that it writes to DRAM and leaves there to its end,
                                  // `outputs` included
};

struct HostStep {
  std::uint32_t node = 0;  // index into Network::nodes
};

using Step = std::variant<ChipStep, HostStep>;

// A block of bytes that the host writes to DRAM once, before the first step.
struct Segment {
  std::uint64_t address = 0;
  std::vector<std::uint8_t> bytes;
};

// Where a node runs, and why it is not on the chip.
enum class Place {
  kChip,  // in a chip step
  kHost,  // a host step of its own
  kFree,  // a Reshape that moves no byte: its output is another name for its input's bytes
};
struct NodePlacement {
  Place place = Place::kHost;
  std::string reason;                       // for kHost: why the chip cannot run it
  std::optional<std::uint32_t> fused_into;  // the node whose instructions compute this one too (and carry its tag)
};

// How tilings are chosen: by an estimate, or by the cycle model among the few best, or all (search.hpp).
enum class Search { kNone, kFast, kFull };
const char* search_name(Search search);  // "none", "fast", "full"
struct SearchStatistics {
  std::uint64_t searched = 0, reused = 0,
                tried = 0;  // problems, problems like an earlier one, programs on the cycle model
};

struct CompileOptions {
  bool keep_tensors = false;  // every tensor that a chip node writes to DRAM keeps its bytes until the end
  bool fuse = true;           // fuse nodes and keep tensors on the chip between nodes
  Search search = Search::kNone;
  bool values = true;  // false: for timing alone. The same programs, but no constants, and none in the network
};

struct CompiledNetwork {
  Network network;
  Chip chip;
  std::vector<Step> steps;
  std::vector<std::uint64_t> program_address;       // per step, 0 for host steps; absolute byte address
  isa::Bases base_address = {};                     // values of the base registers
  std::vector<std::optional<TensorLayout>> layout;  // per tensor; empty for a tensor that never is in DRAM
  std::vector<Segment> constants;                   // weights, parameters; none without values
  std::uint64_t dram_bytes = 0;                     // highest address used
  std::vector<NodePlacement> placement;             // per node
  SearchStatistics search;
};

// Errors: UserError naming node and operator for what cannot run, with both sizes when DRAM is too small. Calls `progress`
// with the stage "compile" at each node that gets instructions; Search::kFull compiles twice. Ends with Interrupted at a signal.
CompiledNetwork compile(Network network, const Chip& chip, const CompileOptions& options = {},
                        const WorkCallback& progress = {});

// Row-major host tensor to and from its layout in DRAM. `dram` points at base register 0's byte 0 plus layout.offset.
// An unrolled tensor cannot come back.
std::vector<std::uint8_t> to_layout(const std::vector<std::uint8_t>& row_major, const TensorLayout& layout,
                                    std::uint8_t fill);
std::vector<std::uint8_t> from_layout(const std::vector<std::uint8_t>& bytes, const TensorLayout& layout);

}  // namespace systole::compiler
