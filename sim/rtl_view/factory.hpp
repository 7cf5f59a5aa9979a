// SPDX-License-Identifier: Apache-2.0
//
// The RTL view for code that runs networks, without the headers of SystemC:
// NetworkRunOptions::make_rtl = rtl_view::make_platform_view.
#pragma once

#include <memory>

#include "views/view.hpp"

namespace systole::rtl_view {

// As views::RtlViewFactory: the chip in its platform. Finds or builds the chip's library; errors as of
// platform::RtlPlatform.
std::unique_ptr<views::View> make_platform_view(const compiler::CompiledNetwork& network,
                                                const views::RtlOptions& options, const RunLimits& limits,
                                                const views::RtlProgress& progress);

}  // namespace systole::rtl_view
