// SPDX-License-Identifier: GPL-2.0-or-later
// The keys of a profile: one row each, and everything that is said about a key is said by its row.
//
// Reading, defaults, printing, releasing, "did you mean", the JSON schema and the manual's list of keys walk these
// rows. To add a key: a field in profile.h, a row in keys.c, and (when its value is of a new kind) a row in kinds.c.
#ifndef VPCJAIL_PROFILE_KEYS_H
#define VPCJAIL_PROFILE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct node;
struct reader;

// What a value is; kind.h says how each is read, written and released, and what its field in profile.h is.
enum key_kind {
	KEY_HEADER,       // `vpcjail`, `extends`, `template`: of one file, read by load.c, no field
	KEY_SECTION,      // a mapping whose keys are rows too
	KEY_WORD,         // one of row->words → an enum
	KEY_YES_NO,       // → bool
	KEY_TEXT,         // → struct text_value
	KEY_PLAIN_TEXT,   // → char *
	KEY_PATH,         // → struct text_value, made absolute
	KEY_FILE,         // a file to be read while loading → struct text_value, as written
	KEY_CHOICE,       // what to read from a file → struct text_value; not printed, as the file is not
	KEY_RULE_NUMBER,  // → unsigned
	KEY_PROTOCOL,     // → int
	KEY_ICMP,         // `any` or 0 to 255 → int
	KEY_ADDRESS,      // → struct address_value
	KEY_PREFIX,       // → struct prefix
	KEY_PEER,         // → struct rule_peer
	KEY_ADDRESSES,    // → address_vec
	KEY_PREFIXES,     // → prefix_value_vec
	KEY_PREFIX_SET,   // → struct prefix_set, normalized
	KEY_PORTS,        // → port_vec
	KEY_TEXTS,        // → text_vec
	KEY_PATHS,        // → text_vec, made absolute
	KEY_PEERS,        // one or a list → VEC(struct rule_peer)
	KEY_TEXT_MAP,     // names to texts → named_text_vec
	KEY_HOST_MAP,     // names to addresses → host_vec
	KEY_LIST,         // a list of row->members → VEC of their struct
	KEY_MAP,          // ids to row->members → VEC of their struct, which begins with char *id
	KEY_KINDS
};

// Complains about the form of a text: NULL when it is good, else what is wrong ("is not a region; write …").
typedef const char *text_form(const char *text);

struct key_row {
	const char *path;  // "network.isolation"; within a list or map, from its member on
	enum key_kind kind;
	bool required;
	size_t offset;             // of the field, in struct profile or the members' struct
	size_t at_offset;          // of its struct location; 0: the kind keeps it itself, or nobody asks
	const char *const *words;  // KEY_WORD: by enum value; KEY_TEXTS: the only ones there are; ended by NULL
	const char *otherwise;     // a word that may stand instead: `host`, `user`, `private`
	size_t otherwise_flag;     // offset of the bool that the word sets; 0: the field stays empty
	const char *fallback;      // the default as it would be written; NULL: none
	text_form *form;           // of texts, and of the names in maps; may be NULL
	const struct key_table *members;
	const char *help;  // one line
};

// The keys of one struct.
struct key_table {
	const struct key_row *rows;
	size_t count;
	size_t size;       // of the struct
	size_t at_offset;  // of its struct location
	// What rows cannot say, checked once a member is read; NULL: nothing.
	void (*complete)(struct reader *reader, const struct node *node, void *member);
};

// The keys of struct profile.
extern const struct key_table profile_keys;

// The row of that path, or NULL.
const struct key_row *keys_find(const struct key_table *table, const char *path);

// The last part of a row's path.
const char *key_name(const struct key_row *row);

// Whether the row stands directly in that section ("" is the top).
bool key_in_section(const struct key_row *row, const char *section);

// Calls visit for every row, those of members included, in the order of the table; path is the whole path
// ("endpoints[].ports", "security-groups.ID.egress[].to"), valid during the call.
void keys_walk(void (*visit)(void *data, const char *path, const struct key_row *row), void *data);

// A JSON schema (draft 2020-12) of the whole format.
void keys_print_schema(struct strbuf *out);

// The list of keys as mdoc(7): an item for each key with its values, its default and its help.
void keys_print_mdoc(struct strbuf *out);

#endif
