// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of the selection share. Inside src/import only.
#ifndef VPCJAIL_IMPORT_SELECTION_PARTS_H
#define VPCJAIL_IMPORT_SELECTION_PARTS_H

#include <string.h>

#include "base/strbuf.h"
#include "import/selection.h"

struct choosing {
	const struct account *account;
	const struct import_request *request;
	struct import_selection *selection;
	struct mistakes *mistakes;
};

// An id that was asked for, and where; line 0: on the command line. Borrowed.
struct wanted_id {
	const char *id;
	struct location at;
};

typedef VEC(struct wanted_id) wanted_vec;

// Takes the ids into the selection, each once. What no document defines is a mistake.
void choose_subnets(struct choosing *choosing, const wanted_vec *wanted);
void choose_groups(struct choosing *choosing, const wanted_vec *wanted);

// Where nothing was asked: the only private subnet; the groups that its interfaces carry alike.
void guess_subnet(struct choosing *choosing);
void guess_groups(struct choosing *choosing);

// A Region that is not said is any.
static inline bool region_fits(const char *region, const char *other)
{
	return !region || !other || strcmp(region, other) == 0;
}

static inline bool text_equal(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

bool id_vec_has(const id_vec *ids, const char *id);

// A word of a command that is there to be copied into a shell: foreign text is quoted, and its control characters are
// made visible.
void command_add_word(struct strbuf *command, const char *word);

// " --region eu-west-1", or nothing for NULL.
void command_add_region(struct strbuf *command, const char *region);

// "subnet-1 (its name)", or the id alone.
void thing_describe(const struct aws_thing *thing, struct strbuf *out);

#endif
