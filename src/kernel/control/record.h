// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of "key value": how the folder of a running jail keeps what is told about it. Root reads what users wrote, and
// so the form is one that leaves nothing to interpret.
#ifndef VPCJAIL_KERNEL_CONTROL_RECORD_H
#define VPCJAIL_KERNEL_CONTROL_RECORD_H

#include "base/strbuf.h"

// Appends a line. key: letters, digits and dashes; value: any text, of which bytes that are no printable ASCII, and
// backslashes, are written as \xHH.
void record_add(struct strbuf *out, const char *key, const char *value);

// Takes the next line off *at. 1 with *key and *value (owned by the caller), 0 at the end, -EBADMSG for anything else.
int record_next(const char **at, char **key, char **value);

#endif
