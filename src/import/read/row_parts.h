// SPDX-License-Identifier: GPL-2.0-or-later
// What several readers of rows do alike.
#ifndef VPCJAIL_IMPORT_READ_ROW_PARTS_H
#define VPCJAIL_IMPORT_READ_ROW_PARTS_H

#include "import/account/rows.h"
#include "import/read/reader.h"

// Gives back what a list that grows no more does not need.
#define vec_fit(vec)                                                                                                   \
	do {                                                                                                           \
		if ((vec)->count && (vec)->count < (vec)->capacity) {                                                  \
			(vec)->capacity = (vec)->count;                                                                \
			(vec)->items = memory_resize((vec)->items, (vec)->count, sizeof(*(vec)->items));               \
		}                                                                                                      \
	} while (0)

// Takes the row over: into the account, or away if it has no id (which its head has said).
void account_add(struct import_reader *reader, const struct row_kind *kind, void *row);

bool has_member(const json_t *object, const char *key);  // that is neither null nor an empty text

// A mistake, unless one of the members is there (and then, being of no use, has been one): "a rule has no \"A\" or
// \"B\"".
#define row_lacks(reader, object, what, ...)                                                                           \
	row_lacks_all((reader), (object), (what), (const char *const[]){ __VA_ARGS__, NULL })
void row_lacks_all(struct import_reader *reader, const json_t *object, const char *what, const char *const *keys);

// Takes name over, instead of the name that a tag gave.
void thing_named(struct aws_thing *thing, char *name);
// The Region that the zone (may be NULL) is in.
void thing_in_zone(struct aws_thing *thing, const char *zone);

// Whether an association stands: its state (an object with a "State") is "associated", or is not given.
bool is_associated(struct import_reader *reader, const json_t *item, const char *state_key);

// Where a row keeps blocks that come and go.
struct block_set {
	const char *set, *block, *state;
};
extern const struct block_set ipv4_blocks, ipv6_blocks;

void blocks_add_associated(struct import_reader *reader, const json_t *row, const struct block_set *set,
			   prefix_vec *blocks);
// IPv4 before IPv6, ascending, each once; first (if it is among them; may be NULL) before all.
void blocks_order(prefix_vec *blocks, const struct prefix *first);

#endif
