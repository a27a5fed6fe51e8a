// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of hints, in the order that they are tried. Inside src/audit only.
#ifndef VPCJAIL_AUDIT_HINT_TABLE_H
#define VPCJAIL_AUDIT_HINT_TABLE_H

#include <netinet/in.h>

#include "audit/hint/hints.h"

struct hint_table {
	const struct hint *rows;
	size_t count;
};

#define HINT_TABLE(rows)                                                                                               \
	{                                                                                                              \
		(rows), sizeof(rows) / sizeof((rows)[0])                                                               \
	}

// hint_table_layers is the last: it has a row for whatever comes.
extern const struct hint_table hint_table_libraries, hint_table_packages, hint_table_aws, hint_table_addresses,
    hint_table_network, hint_table_calls, hint_table_layers;

#endif
