// SPDX-License-Identifier: Apache-2.0
//
// Compares a run of a compiled network, on any view, with the arithmetic of ONNX on the host.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "runtime/executor.hpp"
#include "support/work/work_progress.hpp"
#include "views/compare.hpp"

namespace systole::views {

struct OnnxComparison {
  std::optional<Divergence> divergence;  // the first in the order of the nodes, with its node
  std::size_t tensors = 0;               // compared up to there
};

// Compares every tensor that the executor has after its run with host::network_values of the same inputs, bit for bit.
// `network` is the one that was compiled, `view` the name of the view that ran it; `progress` as of network_values.
OnnxComparison compare_with_onnx(const Network& network, const std::vector<HostTensor>& inputs,
                                 const runtime::Executor& executor, const char* view,
                                 const WorkCallback& progress = {});

}  // namespace systole::views
