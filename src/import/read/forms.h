// SPDX-License-Identifier: GPL-2.0-or-later
// The documents that are recognised: a row each. Adding a kind of document is adding a row and its reader.
#ifndef VPCJAIL_IMPORT_READ_FORMS_H
#define VPCJAIL_IMPORT_READ_FORMS_H

#include "import/read/reader.h"

enum form_shape {
	FORM_LIST,    // key holds a list of rows ("Vpcs", or as SDKs write it: "vpcs")
	FORM_ONE,     // key holds one row: what create-… prints ("Vpc")
	FORM_WHOLE,   // the document itself is the row, known by all of its marks
	FORM_BESIDE,  // members beside lists of rows, known by all of its marks: read after those rows, without them
};

enum { FORM_MARKS = 3 };

struct import_form {
	const char *command;  // "ec2 describe-vpcs", as aws is called; or what the document is
	enum form_shape shape;
	const char *key;                // NULL for FORM_WHOLE
	const char *marks[FORM_MARKS];  // members that tell a row of this kind, also when it stands alone
	void (*read)(struct import_reader *reader, const json_t *row);  // NULL: known, and nothing of it is needed
	bool hidden;                                                    // not in the list of what can be given
};

extern const struct import_form import_forms[];
extern const size_t import_form_count;

// Whether documents of the form (its index) were given and each says that another page follows.
bool form_is_open(const struct account *account, size_t form);

#endif
