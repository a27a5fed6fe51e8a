// SPDX-License-Identifier: GPL-2.0-or-later
// The documents of an import: files, folders and standard input, read into an account.
#ifndef VPCJAIL_CMD_IMPORT_READ_H
#define VPCJAIL_CMD_IMPORT_READ_H

#include <stdbool.h>
#include <sys/types.h>

#include "import/account/account.h"

// A file is read once, by whatever names it is given.
struct import_file_identity {
	dev_t device;
	ino_t inode;
};

struct import_reading {
	struct account *account;    // borrowed, as is mistakes
	struct mistakes *mistakes;  // what is wrong in the documents
	bool progress;              // on a terminal
	bool standard_input;        // was read
	long began;                 // seconds of a steady clock
	size_t files;               // read
	size_t failures;            // what could not be opened or read: each was said on standard error
	VEC(struct import_file_identity) seen;
	VEC(char *) passed_over;  // files and folders in a folder that hold no documents: "aws/setup.tf"
};

// Reads what path names into the account: a file of any kind; "-", standard input; a folder's *.json, *.yaml and *.yml,
// and those of its folders (4 deep), in the order of their names. In a folder hidden files, links that lead out of it
// or to folders, and profiles of vpcjail are passed over.
void import_read(struct import_reading *reading, const char *path);

// Says what was passed over; nothing where nothing was.
void import_read_end(struct import_reading *reading);
void import_reading_release(struct import_reading *reading);

#endif
