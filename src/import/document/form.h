// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the known documents one is: by the names of its members, before their values are read.
#ifndef VPCJAIL_IMPORT_DOCUMENT_FORM_H
#define VPCJAIL_IMPORT_DOCUMENT_FORM_H

#include "import/document/text.h"
#include "import/read/forms.h"

// The members of an object as far as they can be told apart. Zeroed is empty; borrows from the text.
struct outline {
	VEC(struct scan_member) members;
	size_t end;            // after the object's "}", or where something else stands
	const char *expected;  // what should stand there; NULL: the object is complete
};

// Of the object whose "{" is at `at`.
void outline_make(struct outline *outline, const char *text, size_t length, size_t at);
void outline_release(struct outline *outline);

// The form of a document that is read at once: FORM_WHOLE, or a row that stands alone. The one with most marks; NULL.
const struct import_form *form_of_outline(const struct outline *outline, const char *text);

// The form that reads what stands beside lists; NULL.
const struct import_form *form_beside(const struct outline *outline);

// The form that a member is the rows or the row of; NULL: none. *fits: its value is of that shape.
const struct import_form *form_of_member(const struct scan_member *member, char first, bool *fits);

// "NextToken" as the API names it, or an SDK.
bool is_token(const struct scan_member *member);

// Says of a document that begins there that no form knows it: what it is where that is known, and what could be given.
void refuse_unknown(struct text *text, size_t begin, const struct outline *outline);

#endif
