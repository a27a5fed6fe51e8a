// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: a statement that is taken is written again in a form that is taken and gives the same bytes; one that is
// refused has a message with the file's name, and leaves the output alone.
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "verify/attestation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(strbuf_release) struct strbuf first = { 0 }, second = { 0 };
	struct attestation statement = { .form = 7 }, again = { 0 };
	struct error err = { 0 };

	if (attestation_read("FILE", (const char *)data, size, &statement, &err) < 0) {
		require(err.code == -EBADMSG && strncmp(err.message, "FILE:", 5) == 0);
		require(statement.form == 7 && !statement.version);
		return 0;
	}
	require(statement.form == ATTESTATION_FORM && statement.end >= statement.start);
	attestation_write_json(&statement, &first);
	require(attestation_read("FILE", first.text, first.length, &again, &err) == 0);
	attestation_write_json(&again, &second);
	require(strcmp(first.text, second.text) == 0);
	attestation_release(&statement);
	attestation_release(&again);
	return 0;
}
