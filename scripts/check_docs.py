#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the documentation against the repository and against its own style. Prints one line for each finding; exit code 1 if there is one.

  links      every relative link leads to a file, and to a heading of it
  reach      every page can be reached from README.md by links
  paths      every path or file name of the repository in `backticks`, and every docs/... in a source, exists
  commands   scripts, presets, programs and subcommands of systole in code exist
  length     a table cell of a page has at most 25 words, a sentence of a page or of a comment in C++ or SystemVerilog at most 35; a code
             span counts as one word; code blocks, pictures and comments behind code are left out
  spelling   American, in pages and sources

    scripts/check_docs.py                 all pages and sources
    scripts/check_docs.py docs/start-here.md   only the findings of these files
"""
import argparse
import fnmatch
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CELL_WORDS, SENTENCE_WORDS = 25, 35
COMMENTED = (".cpp", ".hpp", ".sv", ".svh")  # whose // comments are prose
SOURCES = (".cpp", ".hpp", ".sv", ".svh", ".vlt", ".py", ".sh", ".mjs", ".cmake", ".txt", ".json", ".toml", ".md")
NAMED_FILES = r"[\w.-]+\.(?:hpp|cpp|sv|svh|py|sh|mjs|md|toml|cmake|txt)"
# Files that the tool or the reader makes, or that belong to others: names in the pages that are not in the repository.
FOREIGN_FILES = {"mine.toml", "topology.csv", "parameters.svh", "testbench.svh"}
# Stems, so that all forms of a word are found; a word boundary stands before each.
BRITISH = (
    "utilis|quantis|normalis|optimis|initialis|serialis|neighbour|behaviour|colour|honour|favour|centre|licence|catalogue|programme\\b|grey\\b|"
    "artefact|analys(?:e\\b|ed|ing)|synchronis|recognis|organis|minimis|maximis|summaris|generalis|specialis|parallelis|vectoris|realis(?!m|t)|"
    "customis|factoris|finalis|emphasise|labell|modell|cancelled|travell|signall|defence|judgement|linearis|tokenis|visualis|characteris|randomis|"
    "learnt\\b|spelt\\b|whilst|amongst|fulfil\\b|fibre|metre\\b|analogue|ageing"
)


def repository_files():
    """Paths of the files that git knows or would add, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for path in listed.split("\n") if path and os.path.isfile(os.path.join(ROOT, path)))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


class Page:
    """A Markdown file, taken apart: prose paragraphs, table cells and code, each with the number of its first line."""

    def __init__(self, path):
        self.path = path
        self.paragraphs, self.cells, self.code = [], [], []
        self.headings = set()
        paragraph, start, fenced = [], 0, False
        before = ""  # the line above, as text of a list may go on in an indented line
        for number, line in enumerate(read(path).split("\n"), 1):
            text = line.strip()
            if text.startswith("```"):
                fenced = not fenced
                text = ""
            elif fenced or (line.startswith("    ") and not paragraph and not before.strip()):
                self.code.append((number, line))
                continue
            if text.startswith("|"):
                if not re.fullmatch(r"[|\s:-]*", text):
                    self.cells += [(number, cell.strip()) for cell in re.split(r"(?<!\\)\|", text)[1:-1]]
                text = ""
            elif text.startswith("#"):
                self.headings.add(anchor(text.lstrip("# ")))
                text = ""
            elif text.startswith("<!--"):
                text = ""
            begins = re.match(r"(?:[-*]|\d+\.)\s+", text)
            if paragraph and (not text or begins):
                self.paragraphs.append((start, " ".join(paragraph)))
                paragraph = []
            if text:
                start = start if paragraph else number
                paragraph.append(text[begins.end():] if begins else text)
            before = line
        if paragraph:
            self.paragraphs.append((start, " ".join(paragraph)))

    def prose(self):
        return self.paragraphs + self.cells


def comment_paragraphs(path):
    """Paragraphs of the // comments of a source that stand on lines of their own, each with the number of its first line.

    An empty comment, an item of a list or a line without a comment ends a paragraph. A line that is indented more than the text around it
    is part of a picture or of code, and is left out.
    """
    paragraph, start, indent = [], 0, 1  # indent: blanks before the paragraph's text
    for number, line in enumerate(read(path).split("\n") + [""], 1):
        comment = re.match(r"\s*//( *)(.*)$", line)
        text = comment.group(2).strip() if comment else ""
        begins = re.match(r"(?:[-*]|\d+\.|\[\w+\]) +", text)
        blanks = len(comment.group(1)) if comment else 0
        goes_on = paragraph and text and not begins and blanks == indent
        if paragraph and not goes_on:
            yield start, " ".join(paragraph)
            paragraph = []
        if goes_on:
            paragraph.append(text)
        elif begins or (text and blanks <= 1):
            start, indent = number, blanks + (begins.end() if begins else 0)
            paragraph = [text[indent - blanks:]]


def anchor(heading):
    """The anchor that a web page makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def plain(text):
    """Prose without markup: a code span or a formula becomes one word, a link its text."""
    text = re.sub(r"``.+?``|`[^`]*`", "Code", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return text.replace("**", "").replace("*", "")


def words(text):
    return sum(1 for word in text.split() if re.search(r"\w", word))


def sentences(text):
    return re.split(r"(?<=[.!?])[\"')]*\s+(?=[\"'(]*[A-Z0-9])", text)


def check_links(page, pages):
    for number, text in page.prose():
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"``.+?``|`[^`]*`", "", text)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, part = target.partition("#")
            path = os.path.normpath(os.path.join(os.path.dirname(page.path), file)) if file else page.path
            if not os.path.exists(os.path.join(ROOT, path)):
                yield number, f"link to {target}: no such file"
            elif part and path in pages and part not in pages[path].headings:
                yield number, f"link to {target}: no such heading"


def check_reach(pages):
    """Findings of pages that no chain of links from README.md leads to."""
    reached, todo = {"README.md"}, ["README.md"]
    while todo:
        page = todo.pop()
        for _, text in pages[page].prose():
            for target in re.findall(r"\]\(([^)#\s]+)", text):
                path = os.path.normpath(os.path.join(os.path.dirname(page), target))
                if path in pages and path not in reached:
                    reached.add(path)
                    todo.append(path)
    for path in sorted(set(pages) - reached):
        yield path, 1, "no links lead from README.md to this page"


def braces(text):
    """a.{hpp,cpp} as a.hpp and a.cpp."""
    match = re.search(r"\{([^}]*)\}", text)
    if not match:
        return [text]
    return [name for part in match.group(1).split(",") for name in braces(text[:match.start()] + part + text[match.end():])]


class Paths:
    def __init__(self, files):
        self.files = set(files)
        self.names = {os.path.basename(path) for path in files}
        self.folders = {os.path.dirname(path)[:end] for path in files for end in folder_ends(os.path.dirname(path))}
        self.roots = {path.split("/")[0] for path in self.folders if path}

    def missing(self, text):
        """Whether `text` looks like a path or file of the repository and is none."""
        name = text.rstrip("/")
        if "/" in name and name.split("/")[0] in self.roots and re.fullmatch(r"[\w./*-]+", name):
            known = self.files | self.folders
            return name not in known and not any(fnmatch.fnmatch(path, name) for path in known)
        return bool(re.fullmatch(NAMED_FILES, name)) and name not in self.names | FOREIGN_FILES


def folder_ends(folder):
    return [at for at in range(len(folder) + 1) if at == len(folder) or folder[at] == "/"]


def check_paths(page, paths):
    for number, text in page.prose():
        for span in re.findall(r"`([^`]+)`", text):
            for name in braces(span):
                if paths.missing(name):
                    yield number, f"`{span}`: not in the repository"


class Commands:
    """What may be called: scripts by their paths, presets, targets of the build and subcommands."""

    def __init__(self, files):
        self.files = set(files)
        presets = json.loads(read("CMakePresets.json"))
        self.presets = {preset["name"] for kind in presets.values() if isinstance(kind, list) for preset in kind}
        self.build = "\n".join(read(path) for path in files if path.endswith("CMakeLists.txt") or path.endswith(".cmake"))
        cli = "\n".join(read(path) for path in files if path.startswith("sim/cli/"))
        self.subcommands = set(re.findall(r'add_subcommand\(\s*"([\w-]+)"', cli))

    def wrong(self, line):
        """Why a command of this line does not exist; nothing if all do."""
        for script in re.findall(r"(?:^|\s|\./)(scripts/[\w./-]+)", line):
            if script.rstrip(".") not in self.files:
                return f"{script}: no such script"
        for preset in re.findall(r"--preset[ =](\w+)", line):
            if preset not in self.presets:
                return f"--preset {preset}: not in CMakePresets.json"
        for program in re.findall(r"(?:^|\s)build(?:-\w+)?/(\w+)(?=\s|$)", line):
            if program not in ("systole", "chips") and not re.search(rf"\b{program}\b", self.build):
                return f"build/{program}: no target of the build"
        for command in re.findall(r"(?:^\s*|build/)systole ([a-z][\w-]*)", line):
            if command not in self.subcommands:
                return f"systole {command}: no such subcommand"
        return None


def check_commands(page, commands):
    spans = [(number, span) for number, text in page.prose() for span in re.findall(r"`([^`]+)`", text)]
    for number, line in page.code + spans:
        if why := commands.wrong(line):
            yield number, why


def check_cells(page):
    for number, cell in page.cells:
        if (count := words(plain(cell))) > CELL_WORDS:
            yield number, f"a table cell of {count} words, at most {CELL_WORDS}: {plain(cell)[:60]}"


def check_sentences(paragraphs):
    for number, paragraph in paragraphs:
        for sentence in sentences(plain(paragraph)):
            if (count := words(sentence)) > SENTENCE_WORDS:
                yield number, f"a sentence of {count} words, at most {SENTENCE_WORDS}: {sentence[:60]}"


def check_source(path, paths):
    """Spelling, and pages that a source refers to."""
    for number, line in enumerate(read(path).split("\n"), 1):
        for word in re.findall(rf"\b(?:{BRITISH})\w*", line, re.IGNORECASE):
            yield number, f"British spelling: {word}"
        for name in re.findall(r"\bdocs/[\w/.-]*\w", line):
            if paths.missing(name):
                yield number, f"{name}: no such page"


def findings():
    files = repository_files()
    paths, commands = Paths(files), Commands(files)
    pages = {path: Page(path) for path in files if path.endswith(".md")}
    yield from check_reach(pages)
    for path, page in pages.items():
        checks = [check_links(page, pages), check_paths(page, paths), check_commands(page, commands)]
        if path in ("README.md", "CONTRIBUTING.md", "rtl/README.md") or path.startswith("docs/"):
            checks += [check_cells(page), check_sentences(page.paragraphs)]
        for check in checks:
            yield from ((path, number, text) for number, text in check)
    this = os.path.relpath(os.path.abspath(__file__), ROOT)
    for path in files:
        if path.endswith(SOURCES) and path != this:
            yield from ((path, number, text) for number, text in check_source(path, paths))
        if path.endswith(COMMENTED):
            yield from ((path, number, text) for number, text in check_sentences(comment_paragraphs(path)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="show the findings of these files only")
    wanted = {os.path.relpath(os.path.abspath(path), ROOT) for path in parser.parse_args().files}
    found = [finding for finding in findings() if not wanted or finding[0] in wanted]
    for path, number, text in sorted(found):
        print(f"{path}:{number}: {text}")
    if not wanted:
        print(f"{len(found)} findings" if found else "documentation: links, paths, commands, lengths and spelling are in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
