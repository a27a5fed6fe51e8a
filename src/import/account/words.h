// SPDX-License-Identifier: GPL-2.0-or-later
// Ids and Regions: comparing them, and saying them in sentences and commands.
#ifndef VPCJAIL_IMPORT_ACCOUNT_WORDS_H
#define VPCJAIL_IMPORT_ACCOUNT_WORDS_H

#include <string.h>

#include "base/strbuf.h"
#include "import/account/account.h"

// A Region that is not said is any.
static inline bool region_fits(const char *region, const char *other)
{
	return !region || !other || strcmp(region, other) == 0;
}

// What is not known equals nothing.
static inline bool text_equal(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

// Of two elements of a vector of texts; for qsort.
int compare_words(const void *a, const void *b);

bool id_vec_has(const id_vec *ids, const char *id);

// A word of a command that is there to be copied into a shell: foreign text is quoted, and its control characters are
// made visible.
void command_add_word(struct strbuf *command, const char *word);

// " --region eu-west-1", or nothing for NULL.
void command_add_region(struct strbuf *command, const char *region);

// "subnet-1 (its name)", or the id alone.
void thing_describe(const struct aws_thing *thing, struct strbuf *out);

#endif
