// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds of values: how each is read, written and released, and what is said about it.
#ifndef VPCJAIL_PROFILE_KIND_H
#define VPCJAIL_PROFILE_KIND_H

#include "profile/reader.h"

enum value_shape { SHAPE_SCALAR, SHAPE_SEQUENCE, SHAPE_MAPPING };

// base is the struct that the row's offsets count from. A kind without a function has nothing to do there.
struct kind {
	enum value_shape shape;
	const char *expects;  // "a list of addresses", for messages and the manual
	const char *example;  // "[10.0.0.1, 10.0.0.2]", for hints; NULL: the row's words
	void (*read)(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
	struct node *(*write)(const struct key_row *row, const void *base);  // NULL: nothing to write
	void (*release)(const struct key_row *row, void *base);
};

const struct kind *kind_of(const struct key_row *row);

// The field of a row as a pointer to its type.
#define row_field(type, row, base) ((type *)(void *)((char *)(base) + (row)->offset))
#define row_field_const(type, row, base) ((type const *)(const void *)((const char *)(base) + (row)->offset))

// Notes where the row's value was written, if anybody asks.
void row_set_place(const struct key_row *row, void *base, const struct location *at);

// Whether the row's value was written in the profile; false also when nobody keeps its place.
bool row_is_given(const struct key_row *row, const void *base);

// Sets every default of a table; writes and releases every value of one.
void table_init(const struct key_table *table, void *base);
struct node *table_write(const struct key_table *table, const char *section, const void *base);
void table_release(const struct key_table *table, void *base);

// Scalars (kind_scalar.c)
void word_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
// Which of the row's words text is; -1 after complaining, with the nearest one.
int word_find(struct reader *reader, const struct key_row *row, const struct node *node, const char *text);
struct node *word_write(const struct key_row *row, const void *base);
void yes_no_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *yes_no_write(const struct key_row *row, const void *base);
void text_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *text_write(const struct key_row *row, const void *base);
void text_release(const struct key_row *row, void *base);
void plain_text_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *plain_text_write(const struct key_row *row, const void *base);
void plain_text_release(const struct key_row *row, void *base);
void path_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
void rule_number_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *rule_number_write(const struct key_row *row, const void *base);
void protocol_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *protocol_write(const struct key_row *row, const void *base);
void icmp_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *icmp_write(const struct key_row *row, const void *base);
void address_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *address_write(const struct key_row *row, const void *base);
void prefix_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *prefix_write(const struct key_row *row, const void *base);
void peer_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *peer_write(const struct key_row *row, const void *base);
void peer_release(const struct key_row *row, void *base);

// Lists of scalars and maps to scalars (kind_list.c)
void list_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *addresses_write(const struct key_row *row, const void *base);
struct node *prefixes_write(const struct key_row *row, const void *base);
struct node *prefix_set_write(const struct key_row *row, const void *base);
struct node *ports_write(const struct key_row *row, const void *base);
struct node *texts_write(const struct key_row *row, const void *base);
struct node *peers_write(const struct key_row *row, const void *base);
void plain_list_release(const struct key_row *row, void *base);
void prefix_set_clear(const struct key_row *row, void *base);
void texts_release(const struct key_row *row, void *base);
void peers_release(const struct key_row *row, void *base);
void map_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *text_map_write(const struct key_row *row, const void *base);
struct node *host_map_write(const struct key_row *row, const void *base);
void text_map_release(const struct key_row *row, void *base);
void host_map_release(const struct key_row *row, void *base);

// Structs: sections, lists of members, maps of members (kind_table.c)
void section_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *section_write(const struct key_row *row, const void *base);
void members_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base);
struct node *members_write(const struct key_row *row, const void *base);
void members_release(const struct key_row *row, void *base);

// Parses one peer of a rule: self, subnets, any, an endpoint's name, an address or CIDR block, pl-…, sg-….
// false after complaining.
bool peer_parse(struct reader *reader, const struct location *at, const char *text, struct rule_peer *peer);

#endif
