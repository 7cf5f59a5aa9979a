# SPDX-License-Identifier: Apache-2.0
# Gathers the C++ files that Verilator made in DIRECTORY into one compilation unit, UNIT.
file(GLOB files RELATIVE ${DIRECTORY} ${DIRECTORY}/*.cpp)
set(text "")
foreach(file ${files})
  string(APPEND text "#include \"${file}\"\n")
endforeach()
file(WRITE ${UNIT} "${text}")
