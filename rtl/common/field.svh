// SPDX-License-Identifier: Apache-2.0
//
// `FIELD(instruction, LoadRunBytes): a field of an encoded instruction, by its name in isa_pkg.
`ifndef SYSTOLE_FIELD_SVH
`define SYSTOLE_FIELD_SVH
`define FIELD(__instruction, __field) __instruction[isa_pkg::__field``Lsb +: isa_pkg::__field``Width]
`endif
