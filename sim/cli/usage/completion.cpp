// SPDX-License-Identifier: Apache-2.0
#include "cli/usage/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/algorithm/string/replace.hpp>

namespace systole::cli::usage {

namespace {

// What may stand as the value of an option: a list, or a file if it is empty.
std::vector<std::string> values_of(const OptionInfo& option, const std::vector<std::string>& chips) {
  return option.value == "CHIP" ? chips : option.choices;
}

bool is_file(const OptionInfo& option) {
  for (const char* value : {"FILE", "DIR", "NET", "CHIP", ".csv", ".json", ".fst", ".onnx", "PROGRAM"})
    if (option.value.find(value) != std::string::npos) return true;
  return false;
}

// In single quotes of a shell.
std::string quoted(const std::string& text) { return "'" + boost::replace_all_copy(text, "'", "'\\''") + "'"; }

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

// In the brackets of zsh's _arguments.
std::string zsh_text(std::string text) {
  for (const char* special : {"\\", "[", "]", ":"}) boost::replace_all(text, special, std::string("\\") + special);
  return text;
}

// In roff: a line that begins with a control character, backslashes and hyphens that are typed.
std::string roff(std::string text) {
  boost::replace_all(text, "\\", "\\e");
  boost::replace_all(text, "-", "\\-");
  if (!text.empty() && (text[0] == '.' || text[0] == '\'')) text.insert(0, "\\&");
  return text;
}

}  // namespace

std::string bash_completion(const std::vector<CommandInfo>& commands, const std::vector<std::string>& chips) {
  std::vector<std::string> names;
  std::string values, options;
  for (const CommandInfo& command : commands) {
    names.push_back(command.name);
    std::vector<std::string> words;
    for (const OptionInfo& option : command.options) {
      if (option.is_positional) continue;
      words.insert(words.end(), option.names.begin(), option.names.end());
      if (const std::vector<std::string> list = values_of(option, chips); !list.empty())
        values += fmt::format("    \"{} {}\") words={}; files={} ;;\n", command.name, option.names.back(),
                              quoted(joined(list)), is_file(option) ? 1 : 0);
    }
    options += fmt::format("      {}) words={} ;;\n", command.name, quoted(joined(words)));
  }
  return fmt::format(R"(# bash completion of systole, made by: systole completion bash
_systole() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command=${{COMP_WORDS[1]}} words='' files=0
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W {} -- "$current")
    return
  fi
  case "$command ${{COMP_WORDS[COMP_CWORD-1]}}" in
{}    *) files=1 ;;
  esac
  if [[ -z $words && $current == -* ]]; then
    files=0
    case $command in
{}    esac
  fi
  [[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  [[ $files -eq 1 ]] && mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$current")
}}
complete -o filenames -F _systole systole
)",
                     quoted(joined(names)), values, options);
}

std::string zsh_completion(const std::vector<CommandInfo>& commands, const std::vector<std::string>& chips) {
  std::string names, cases;
  for (const CommandInfo& command : commands) {
    names += fmt::format("    {}\n", quoted(command.name + ":" + zsh_text(command.help)));
    cases += fmt::format("    {})\n      _arguments", command.name);
    for (const OptionInfo& option : command.options) {
      const std::vector<std::string> list = values_of(option, chips);
      std::string action = is_file(option) ? "_files" : "";
      if (!list.empty()) action = fmt::format("{{compadd {}{}}}", joined(list), is_file(option) ? "; _files" : "");
      if (option.is_positional) {
        cases += " \\\n        " + quoted(fmt::format("{}:{}:{}", option.is_repeated ? "*" : "", option.value, action));
        continue;
      }
      for (const std::string& name : option.names)
        cases += " \\\n        " +
                 quoted(fmt::format("{}{}[{}]{}", option.is_repeated ? "*" : "", name, zsh_text(option.help),
                                    option.value.empty() ? "" : ":" + option.value + ":" + action));
    }
    cases += " ;;\n";
  }
  return fmt::format(R"(#compdef systole
# zsh completion of systole, made by: systole completion zsh
local -a commands
if (( CURRENT == 2 )); then
  commands=(
{}  )
  _describe command commands
else
  shift words
  (( CURRENT-- ))
  case $words[1] in
{}  esac
fi
)",
                     names, cases);
}

std::string fish_completion(const std::vector<CommandInfo>& commands, const std::vector<std::string>& chips) {
  std::string text = "# fish completion of systole, made by: systole completion fish\n";
  for (const CommandInfo& command : commands)
    text += fmt::format("complete -c systole -f -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        quoted(command.help));
  for (const CommandInfo& command : commands)
    for (const OptionInfo& option : command.options) {
      if (option.is_positional) continue;
      text += fmt::format("complete -c systole -n '__fish_seen_subcommand_from {}'", command.name);
      for (const std::string& name : option.names)
        text += name.rfind("--", 0) == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
      const std::vector<std::string> list = values_of(option, chips);
      if (!option.value.empty()) text += is_file(option) ? " -r" : " -x";
      if (!list.empty()) text += " -a " + quoted(joined(list));
      text += " -d " + quoted(option.help) + "\n";
    }
  return text;
}

std::string manual_page(const std::vector<CommandInfo>& commands, const std::string& description,
                        const std::string& version) {
  // What stands before the colon is the name.
  const std::string what = description.substr(std::min(description.find(' ') + 1, description.size()));
  std::string text = fmt::format(".TH SYSTOLE 1 \"\" \"systole {}\" \"User Commands\"\n.SH NAME\nsystole \\- {}\n",
                                 version, roff(what));
  text += ".SH SYNOPSIS\n.B systole\n.I COMMAND\n[options]\n.SH COMMANDS\n";
  for (const CommandInfo& command : commands)
    text += fmt::format(".TP\n.B {}\n{}\n", roff(command.name), roff(command.help));
  for (const CommandInfo& command : commands) {
    text += fmt::format(".SH {}\n.B {}\n", roff("systole " + command.name), roff(synopsis(command)));
    std::string group;
    for (const OptionInfo& option : command.options) {
      if (option.group != group) text += fmt::format(".SS {}\n", roff(group = option.group));
      text += fmt::format(".TP\n.B {}\n{}\n", roff(option_text(option)), roff(option.help));
    }
    if (!command.examples.empty()) text += ".SS Examples\n.nf\n";
    for (const std::string& example : command.examples) text += roff(example) + "\n";
    if (!command.examples.empty()) text += ".fi\n";
  }
  return text + R"(.SH EXIT STATUS
.TP
0
Success: no difference, no error.
.TP
1
The design differs from its reference, hangs or reports an error.
.TP
2
The input is wrong: one line says what, and what is allowed.
.TP
3
A bug in systole.
.TP
130, 143
Ended by SIGINT or SIGTERM, with what there was.
.SH ENVIRONMENT
.TP
SYSTOLE_CACHE
Folder of the libraries of chips that were built; otherwise below XDG_CACHE_HOME or HOME.
.TP
SYSTOLE_RTL
Folder of the RTL, in place of the one that belongs to the tool.
.TP
NO_COLOR
If not empty: no colors on a terminal.
)";
}

}  // namespace systole::cli::usage
