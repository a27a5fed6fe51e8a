// SPDX-License-Identifier: GPL-2.0-or-later
// A text as a file of documents, and what is said of it.
#ifndef VPCJAIL_TEST_IMPORT_TEXT_H
#define VPCJAIL_TEST_IMPORT_TEXT_H

#include <string.h>

#include "base/cleanup.h"
#include "import/document/document.h"

static inline void read_text(const char *text, struct account *account, struct mistakes *mistakes, struct strbuf *said)
{
	// Without a terminator, so that ASan sees what reads beyond the end.
	size_t length = strlen(text);
	AUTO_FREE char *bytes = memory_resize(NULL, length ? length : 1, 1);

	memcpy(bytes, text, length);
	document_read(account, "f", bytes, length, mistakes);
	document_end(account, mistakes);
	mistakes_format(mistakes, said);
}

#endif
