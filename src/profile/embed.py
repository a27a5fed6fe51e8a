#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes the C file behind built_in.h: embed.py OUTPUT INSTALLED-FOLDER FILE...
import os
import sys


def literal(data):
    lines = data.split(b"\n")
    ends = [b"\n"] * (len(lines) - 1) + [b""]
    return "\n".join('\t  "' + "".join(escape(b) for b in line + end) + '"' for line, end in zip(lines, ends))


def escape(byte):
    if byte == 10:
        return "\\n"
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 32 <= byte < 127 and byte != ord("?") else "\\%03o" % byte


def main(output, folder, *files):
    rows = []
    for path in sorted(files, key=os.path.basename):
        with open(path, "rb") as file:
            data = file.read()
        rows.append('\t{ "%s",\n%s,\n\t  %d },\n' % (os.path.basename(path), literal(data), len(data)))
    with open(output, "w", encoding="ascii") as out:
        out.write("// Written by embed.py.\n#include \"profile/built_in.h\"\n\n")
        out.write("const char built_in_folder[] = \"%s\";\n\n" % folder)
        out.write("const struct built_in_file built_in_files[] = {\n%s};\n\n" % "".join(rows))
        out.write("const size_t built_in_file_count = sizeof(built_in_files) / sizeof(built_in_files[0]);\n")


main(*sys.argv[1:])
