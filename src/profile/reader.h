// SPDX-License-Identifier: GPL-2.0-or-later
// What reading a tree into a profile carries along, and how it complains.
#ifndef VPCJAIL_PROFILE_READER_H
#define VPCJAIL_PROFILE_READER_H

#include "profile/keys.h"
#include "profile/load.h"
#include "profile/node.h"

struct reader {
	const struct profile_source *source;
	struct mistakes *mistakes;
	struct profile *profile;     // the one being filled; owner of the file names in locations
	VEC(struct location) marks;  // lines of templates whose values are made up (placeholder.h)
};

#define reader_error(reader, at, hint, ...) mistakes_add((reader)->mistakes, SEVERITY_ERROR, (at), (hint), __VA_ARGS__)
#define reader_warn(reader, at, hint, ...) mistakes_add((reader)->mistakes, SEVERITY_WARNING, (at), (hint), __VA_ARGS__)

// Adds "WHAT; REMEDY", as a parser of src/net or a text_form words it, as message and hint.
void reader_refuse(struct reader *reader, const struct location *at, const char *text);

// The text of a scalar, borrowed; NULL after complaining that it is a list, a mapping or nothing at all.
const char *reader_text(struct reader *reader, const struct key_row *row, const struct node *node);

// The text of a scalar that also has the row's form; NULL after complaining.
const char *reader_formed_text(struct reader *reader, const struct key_row *row, const struct node *node);

// A path as the profile writes it, made absolute from the folder of the profile it stands in; NULL after complaining.
// The caller frees it.
char *reader_path(struct reader *reader, const struct key_row *row, const struct node *node);

// Reads every key of a mapping into base, the struct of the table; section is the part of the paths that all its
// rows begin with, "" for all of a table.
void reader_mapping(struct reader *reader, const struct key_table *table, const char *section, const struct node *node,
		    void *base);

// Keeps a file's name for locations to point to: the same pointer for the same name.
const char *reader_file(struct reader *reader, const char *path);

#endif
