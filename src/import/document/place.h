// SPDX-License-Identifier: GPL-2.0-or-later
// The places of objects and lists in the text that they were parsed from: jansson keeps none.
//
// Nothing is kept while a text is read. When a row's first place is asked for, its text and its tree are walked at once
// (jansson keeps the order of members, and those of one name are refused), and what is found serves the row's others.
#ifndef VPCJAIL_IMPORT_DOCUMENT_PLACE_H
#define VPCJAIL_IMPORT_DOCUMENT_PLACE_H

#include "import/document/scan.h"
#include "import/read/reader.h"

struct place_entry {
	const json_t *container;  // object or list
	struct text_place place;  // of its bracket, from the row's start
};

// Zeroed is empty; one serves many rows.
struct place_index {
	const json_t *root;  // what it was made of; NULL: nothing yet
	VEC(struct place_entry) entries;
};

// Before the next row.
void place_index_clear(struct place_index *index);
void place_index_release(struct place_index *index);

#endif
