// SPDX-License-Identifier: Apache-2.0
#include "cli/usage/command_info.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

namespace systole::cli::usage {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

// The parser describes the check for one of several values as "{a,b,c}".
std::vector<std::string> choices_of(const CLI::Option& option) {
  try {
    const std::string text = const_cast<CLI::Option&>(option).get_validator(0)->get_description();
    if (text.size() > 2 && text.front() == '{' && text.back() == '}')
      return split(text.substr(1, text.size() - 2), ',');
  } catch (const CLI::OptionNotFound&) {  // no check
  }
  return {};
}

// What was given as type_name, without the descriptions of checks that the parser puts behind a colon.
std::string value_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return "";
  const std::string text = option.get_type_name();
  return text.substr(0, text.find(':'));
}

OptionInfo info_of(const CLI::Option& option) {
  OptionInfo info;
  info.is_positional = option.get_positional();
  if (info.is_positional) {
    info.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_snames()) info.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) info.names.push_back("--" + name);
  }
  info.value = value_of(option);
  info.choices = choices_of(option);
  info.help = option.get_description();
  info.group = option.get_group();
  info.is_required = option.get_required();
  info.is_repeated =
      option.get_expected_max() > 1 || option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  return info;
}

}  // namespace

CommandInfo info_of(const CLI::App& command) {
  CommandInfo info;
  info.name = command.get_name();
  info.help = command.get_description();
  for (const CLI::Option* option : command.get_options()) info.options.push_back(info_of(*option));
  info.examples = split(command.get_footer(), '\n');
  return info;
}

std::vector<CommandInfo> commands_of(const CLI::App& app) {
  std::vector<CommandInfo> commands;
  for (const CLI::App* command : app.get_subcommands({})) commands.push_back(info_of(*command));
  return commands;
}

std::string option_text(const OptionInfo& option) {
  if (option.is_positional) return option.value;
  return fmt::format("{}{}", fmt::join(option.names, ", "), option.value.empty() ? "" : " " + option.value);
}

std::string synopsis(const CommandInfo& command) {
  std::string text = "systole " + command.name;
  bool has_more = false;
  for (const OptionInfo& option : command.options) {
    if (option.is_positional)
      text += fmt::format(option.is_required ? " {}{}" : " [{}{}]", option.value, option.is_repeated ? ".." : "");
    else if (option.is_required)
      text += fmt::format(" {} {}", option.names.back(), option.value);
    else
      has_more = true;
  }
  return text + (has_more ? " [options]" : "");
}

}  // namespace systole::cli::usage
