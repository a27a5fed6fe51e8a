#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes a C file with what ldns's archive wants of OpenSSL: without_crypto.py OUTPUT COMPILER...
#
# ldns is one library for the wire format, which is all that is used here, and for DNSSEC. Each of its objects that
# reads or writes a packet refers to one that prints keys, and that one to OpenSSL. A program that links the archive
# therefore needs those functions, and calls none of them: here they end the program.
import re
import subprocess
import sys

OPENSSL = re.compile(r'(BN|CRYPTO|DSA|EC|ECDSA|ENGINE|ERR|EVP|HMAC|MD5|OPENSSL|OSSL|RAND|RSA|SHA\d*|SSL|TLS|UI|X509'
                     r'|d2i|i2d|i2o|o2i)(_\w+)?')


def symbols(kind, archive):
    done = subprocess.run(['nm', kind, archive], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return {line.split()[-1] for line in done.stdout.splitlines() if len(line.split()) > 1}


def main(output, *compiler):
    done = subprocess.run([*compiler, '-print-file-name=libldns.a'], stdout=subprocess.PIPE, text=True, check=True)
    archive = done.stdout.strip()
    wanted = symbols('--undefined-only', archive) - symbols('--defined-only', archive)
    names = sorted(name for name in wanted if OPENSSL.fullmatch(name))
    with open(output, 'w', encoding='ascii') as out:
        out.write('// Written by without_crypto.py.\n#include <stdlib.h>\n\n')
        for name in names:
            out.write(f'void {name}(void);\nvoid {name}(void)\n{{\n\tabort();\n}}\n\n')


main(*sys.argv[1:])
