// SPDX-License-Identifier: GPL-2.0-or-later
// The digests that a statement is made of.
#include "base/cleanup.h"
#include "profile/print.h"
#include "verify/attestation.h"

const char *attestation_digest_profile(const struct profile *profile, char *out)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	profile_print(profile, &text);
	return sha256_text(strbuf_text(&text), text.length, out);
}

const char *attestation_digest_ruleset(const struct ruleset *ruleset, char *out)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	ruleset_print(ruleset, &text);
	return sha256_text(strbuf_text(&text), text.length, out);
}

const char *attestation_digest_filter(const struct filter_program *filter, char *out)
{
	return sha256_text(filter->instructions, filter->length * sizeof(*filter->instructions), out);
}

const char *attestation_digest_command(const text_list *command, char *out)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	vec_for_each (word, command) {
		if (word != command->items)
			strbuf_add_char(&text, '\0');
		strbuf_add(&text, *word);
	}
	return sha256_text(strbuf_text(&text), text.length, out);
}
