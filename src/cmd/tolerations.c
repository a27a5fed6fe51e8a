// SPDX-License-Identifier: GPL-2.0-or-later
// --tolerate FILE: see tolerations.h.
#include "cmd/tolerations.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "cmd/output.h"
#include "profile/toleration.h"

enum { TOLERATIONS_MAXIMUM = 1 << 20 };

bool tolerations_add(const char *command, const char *file, struct profile *profile)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf list = { 0 };
	AUTO_FREE char *text = NULL;
	struct error err = { 0 };
	size_t length = 0;

	if (!file)
		return true;
	if (io_read_file(file, TOLERATIONS_MAXIMUM, &text, &length, &err) < 0) {
		output_message("%s: %s", command, err.message);
		return false;
	}
	if (tolerations_read(text, length, file, profile, &mistakes) == 0)
		return true;
	mistakes_format(&mistakes, &list);
	output_lines(&list);
	return false;
}
