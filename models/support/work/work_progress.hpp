// SPDX-License-Identifier: Apache-2.0
//
// How far long work is, for whoever waits for it.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace systole {

struct WorkProgress {
  const char* stage = "";  // "compile", "check", ..
  std::string_view item;   // what is at work, a node; valid during the call
  std::size_t number = 0;  // of the item, from 1
  std::size_t count = 0;   // of all items of the stage
};

// Called at the start of every item. It is called often, and decides itself what to show and when.
using WorkCallback = std::function<void(const WorkProgress&)>;

}  // namespace systole
