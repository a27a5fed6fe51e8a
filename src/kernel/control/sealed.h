// SPDX-License-Identifier: GPL-2.0-or-later
// Texts that go over a socket as sealed memory: it can neither change nor shrink under the reader, nor keep it waiting.
#ifndef VPCJAIL_KERNEL_CONTROL_SEALED_H
#define VPCJAIL_KERNEL_CONTROL_SEALED_H

#include "base/error.h"
#include "base/strbuf.h"

// A descriptor of memory with the text; name: for those who look at descriptors. Or a negative errno.
int sealed_write(const char *name, const struct strbuf *text, struct error *err);

// Reads it whole. 0 with *text, which the caller frees; -EBADMSG when fd is nothing of the kind, or a negative errno.
int sealed_read(int fd, char **text, struct error *err);

#endif
