// SPDX-License-Identifier: GPL-2.0-or-later
// A launch as a statement, and the file that it is written to.
#ifndef VPCJAIL_VERIFY_DESCRIBE_H
#define VPCJAIL_VERIFY_DESCRIBE_H

#include "kernel/launch/launch.h"
#include "verify/attestation.h"

// What a launch with options.attest did, under that profile (settled; the one that plan was made of). The kind is run,
// and there are no probes: a caller that verifies changes both. status: what is told to the caller, 0 to 255. Release
// *out.
void attestation_describe(const struct launch_plan *plan, const struct profile *profile,
			  const struct launch_result *result, int status, struct attestation *out);

// A place for a statement that is kept from before the job until after it. Zeroed with folder -1: none.
struct attestation_file {
	char *path, *name;  // as given, and its last part; owned
	int folder;         // the one it will stand in
};

#define ATTESTATION_FILE_NONE                                                                                          \
	{                                                                                                              \
		.folder = -1                                                                                           \
	}

// Makes sure, before anything runs, that path can be written: a file can be made in its folder, and what is there is
// an earlier statement, or nothing. That one is removed: what is there afterwards is of this run. Symbolic links are
// not followed: none as the file itself, as root none on the way either. 0 (release it) or a negative errno.
int attestation_file_open(struct attestation_file *file, const char *path, struct error *err);

// Writes the statement in one step, as a file of who called (through sudo too) that all may read. digest: of its bytes,
// SHA256_TEXT_SIZE. 0 or a negative errno, and nothing is there.
int attestation_file_write(const struct attestation_file *file, const struct attestation *statement, char *digest,
			   struct error *err);
void attestation_file_release(struct attestation_file *file);

#endif
