// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of the selection share. Inside this folder only.
#ifndef VPCJAIL_IMPORT_SELECTION_PARTS_H
#define VPCJAIL_IMPORT_SELECTION_PARTS_H

#include "import/account/words.h"
#include "import/selection/selection.h"

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

#endif
