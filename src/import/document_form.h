// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the known documents one is.
#ifndef VPCJAIL_IMPORT_DOCUMENT_FORM_H
#define VPCJAIL_IMPORT_DOCUMENT_FORM_H

#include "import/forms.h"

// A document while it is read.
struct document_parts {
	json_t *members;                 // all but the lists whose rows were read on the way; owned
	const struct import_form *list;  // of the last such list; NULL: none
	bool wrapper;                    // it held another document
};

void document_parts_release(struct document_parts *parts);

// The form whose rows a member of that name lists ("Vpcs", "vpcs", "security_groups"); NULL: none.
const struct import_form *form_of_list(const char *name);

// Whether a member of that name has a whole document in it: "data", as recorded replies do.
bool form_is_wrapper(const char *name);

// Counts a document of that form.
void document_note(struct account *account, struct document_parts *parts, const struct import_form *form);

// At the document's end: reads it by the form of what was kept of it, or says that it is unknown.
void document_finish(struct import_reader *reader, struct document_parts *parts);

#endif
