// SPDX-License-Identifier: GPL-2.0-or-later
// What a summary says of the reach, as text and as JSON alike. Inside this folder only.
#ifndef VPCJAIL_IMPORT_FINDING_SUMMARY_PARTS_H
#define VPCJAIL_IMPORT_FINDING_SUMMARY_PARTS_H

#include "import/finding/parts.h"

// One line: what of a part of the address space the written profile lets through.
struct summary_part {
	const char *key;    // of JSON: "vpc"; a literal
	const char *title;  // of the line; a literal
	char *what;         // whose addresses: "sts", "vpce-1, pl-1"; safe for a terminal; NULL
	char *unreached;    // of whose nothing is reached, likewise
	enum direction direction;
	struct prefix_set space;  // the part; normalized
	struct reach reach;       // what of it is reached
	bool brief;               // its addresses are counted and not listed: they are many, or follow from what
};

struct summary {
	VEC(struct summary_part) parts;
	struct error error;  // the profile does not build
};

// From within the VPC, also where the profile is located elsewhere: until a person has said where this host is, that
// would be nothing.
void summary_make(const struct profile *written, struct summary *out);
void summary_release(struct summary *summary);

// "tcp 443 to 10.0.0.0/24 (256 addresses); all traffic to …", or "nothing".
void part_describe(const struct summary_part *part, struct strbuf *out);

// Adds foreign text, cut and safe for a terminal.
void add_foreign(struct strbuf *out, const char *text);

const char *finding_weight_word(enum finding_weight weight);

#endif
