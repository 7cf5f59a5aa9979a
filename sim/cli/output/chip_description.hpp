// SPDX-License-Identifier: Apache-2.0
//
// What the keys of a chip file mean, for people and for editors: made from the table of keys (keys.hpp).
#pragma once

#include <string>

#include "chip/chip.hpp"

namespace systole::cli {

// As to_toml, with unit, meaning and allowed range of every key as comments, and the sizes that follow from the
// values. Reads back as the same chip.
std::string annotated_toml(const Chip& chip);

// The tables of docs/reference/chip_file.md, one after the other, as Markdown.
std::string chip_file_tables();

// JSON schema (draft 2020-12) of a chip file, for editors that check TOML by one (taplo, Even Better TOML).
std::string chip_file_schema();

}  // namespace systole::cli
