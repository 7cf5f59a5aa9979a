// SPDX-License-Identifier: Apache-2.0
#include "views/view.hpp"

#include <string_view>

namespace systole::views {

void View::say_working(const char* model, const compiler::CompiledNetwork& network, const isa::Program& program,
                       std::size_t instruction, std::size_t number) const {
  if (!work_) return;
  const std::uint32_t tag = isa::common_of(program.instructions[instruction]).tag;
  const bool known = tag < network.network.nodes.size();
  work_({model, known ? std::string_view(network.network.nodes[tag].name) : "program", number,
         program.instructions.size()});
}

std::vector<Observer*> View::listeners(Observer& working) const {
  std::vector<Observer*> found;
  if (work_) found.push_back(&working);
  if (observer_ != nullptr) found.push_back(observer_);
  return found;
}

}  // namespace systole::views
