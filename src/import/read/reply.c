// SPDX-License-Identifier: GPL-2.0-or-later
// Replies that say nothing of the account's networks, and that people take for answers that do.
//
// Source: Amazon EC2 API Reference, "Error codes"; AWS CLI Command Reference, ec2 create-security-group.
#include "import/read/reader.h"

void read_error_reply(struct import_reader *reader, const json_t *document)
{
	const json_t *error = member_object(reader, document, "Error");
	const char *code = error ? member_text(reader, error, "Code") : NULL;
	const char *message = error ? member_text(reader, error, "Message") : NULL;

	import_warning(reader, document, NULL, "nothing was read of it: run the command again",
		       "AWS answered with an error: %.80s%s%.200s", code ? code : "it does not say which",
		       message ? ": " : "", message ? message : "");
}

void read_new_group(struct import_reader *reader, const json_t *document)
{
	const char *id = member_text(reader, document, "GroupId");

	if (id)
		import_warning(reader, document, NULL, "give what aws ec2 describe-security-groups prints",
			       "security group %.80s is named without its rules: it is passed over", id);
}
