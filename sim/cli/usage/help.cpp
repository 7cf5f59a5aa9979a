// SPDX-License-Identifier: Apache-2.0
#include "cli/usage/help.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/usage/command_info.hpp"
#include "report/table.hpp"
#include "support/similar.hpp"

namespace systole::cli::usage {

namespace {

// A name and what it is, in two columns.
std::string entry(const std::string& name, const std::string& help, std::size_t width) {
  constexpr std::size_t kColumn = 26;
  const std::string title = fmt::format("  {:<{}} ", name, kColumn - 3);
  if (title.size() <= kColumn) return report::paragraph(title, help, width);
  return "  " + name + "\n" + report::paragraph(std::string(kColumn, ' '), help, width);
}

std::string help_text(const OptionInfo& option) {
  std::string text = option.help;
  if (option.is_required && !option.is_positional) text += " (required)";
  return text;
}

}  // namespace

std::string help_of_all(const CLI::App& app, std::size_t width) {
  std::string text = app.get_description() + "\n\nUsage: systole COMMAND [options]\n\nCommands:\n";
  for (const CommandInfo& command : commands_of(app)) text += entry(command.name, command.help, width);
  return text + "\n" +
         report::paragraph("", "systole COMMAND --help shows the options of a command, systole --version the version.",
                           width);
}

std::string help_of(const CLI::App& command, std::size_t width) {
  const CommandInfo info = info_of(command);
  std::string text =
      report::paragraph("", info.help, width) + "\n" + report::paragraph("Usage: ", synopsis(info), width);
  std::vector<std::string> groups;
  for (const OptionInfo& option : info.options)
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  // The one of the parser's own option, --help, comes last.
  std::stable_partition(groups.begin(), groups.end(), [](const std::string& group) { return group != "Options"; });
  for (const std::string& group : groups) {
    text += "\n" + group + ":\n";
    for (const OptionInfo& option : info.options)
      if (option.group == group) text += entry(option_text(option), help_text(option), width);
  }
  if (!info.examples.empty()) text += "\nExamples:\n";
  for (const std::string& example : info.examples) text += "  " + example + "\n";
  return text;
}

std::string complaint(const CLI::App& app, const std::vector<std::string>& arguments, const CLI::ParseError& error) {
  std::vector<std::string> names;
  const std::vector<CommandInfo> commands = commands_of(app);
  for (const CommandInfo& command : commands) names.push_back(command.name);
  if (arguments.empty()) return error.what();
  const std::string& name = arguments.front();
  const auto command =
      std::find_if(commands.begin(), commands.end(), [&](const CommandInfo& each) { return each.name == name; });
  if (command == commands.end() && name.rfind('-', 0) != 0)
    return fmt::format("unknown command \"{}\"{}", name, did_you_mean(name, names));
  if (command == commands.end()) return error.what();
  std::vector<std::string> options;
  for (const OptionInfo& option : command->options)
    if (!option.is_positional) options.insert(options.end(), option.names.begin(), option.names.end());
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string option = arguments[i].substr(0, arguments[i].find('='));
    if (option.size() > 2 && option.rfind("--", 0) == 0 &&
        std::find(options.begin(), options.end(), option) == options.end())
      return fmt::format("{} has no option {}{}", name, option, did_you_mean(option, options));
  }
  for (const OptionInfo& option : command->options)
    for (std::size_t i = 1; i < arguments.size() && !option.choices.empty(); ++i) {
      if (!option.is_positional && arguments[i - 1] != option.names.back()) continue;
      const std::string& value = arguments[i];
      if (std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end()) continue;
      return fmt::format("{} {}: allowed are {}{}", option.names.back(), value, fmt::join(option.choices, ", "),
                         did_you_mean(value, option.choices));
    }
  return error.what();
}

}  // namespace systole::cli::usage
