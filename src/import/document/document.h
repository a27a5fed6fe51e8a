// SPDX-License-Identifier: GPL-2.0-or-later
// A file's text → documents → rows for their readers.
//
// JSON: any number of documents one behind the other, each an object (wrapped in {"data": …}, or a list of documents or
// of bare rows, as --query prints them); rows of long lists are parsed and read one at a time, so that memory follows
// the row and not the file. YAML (import/job/job.h) when the text does not begin like JSON.
#ifndef VPCJAIL_IMPORT_DOCUMENT_DOCUMENT_H
#define VPCJAIL_IMPORT_DOCUMENT_DOCUMENT_H

#include "import/account/account.h"
#include "profile/load.h"

// Reads the whole text into account. Every mistake is added with file:line:col: what is no JSON, half a document, a row
// that makes no sense, a document that no form recognises (with the list of those that are); mistakes is given a limit.
// Text is borrowed.
void document_read(struct account *account, const char *file, const char *text, size_t length,
		   struct mistakes *mistakes);

// After the last text: warns of pages that say that more follows, where nothing given can be what follows.
void document_end(const struct account *account, struct mistakes *mistakes);

#endif
