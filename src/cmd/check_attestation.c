// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a statement, compiles the profile anew, says what differs: see check_attestation.h.
#include "cmd/check_attestation.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "profile/safe_file.h"
#include "verify/attestation.h"

struct checked {
	const char *file, *profile;
	struct attestation statement;
	digest_text digest;  // of the file
	struct attestation_difference difference;
	struct error error;  // why it is no statement; code 0: it is one
};

static void checked_release(struct checked *checked)
{
	attestation_release(&checked->statement);
	attestation_difference_release(&checked->difference);
}

static void read_statement(struct checked *checked)
{
	AUTO_FREE char *text = NULL;
	size_t length;

	if (safe_file_read(checked->file, false, ATTESTATION_MAXIMUM, &text, &length, &checked->error) < 0)
		return;
	(void)sha256_text(text, length, checked->digest);
	(void)attestation_read(checked->file, text, length, &checked->statement, &checked->error);
}

static bool matches(const struct checked *checked)
{
	return !checked->error.code && !checked->difference.differs.count;
}

static void add_lines(const char *head, const text_list *lines, struct strbuf *out)
{
	vec_for_each (line, lines) {
		strbuf_add(out, head);
		strbuf_add_safe(out, *line);
		strbuf_add_char(out, '\n');
	}
}

static void add_text(const struct checked *checked, struct strbuf *out)
{
	add_lines("", &checked->difference.differs, out);
	add_lines("", &checked->difference.notes, out);
	strbuf_add_safe(out, checked->file);
	strbuf_add(out, ": ");
	output_add_coloured(out, 1, matches(checked) ? COLOUR_GOOD : COLOUR_BAD,
			    matches(checked) ? "matches" : "differs from");
	strbuf_add_char(out, ' ');
	strbuf_add_safe(out, checked->profile);
	strbuf_format(out, "\nsha256 of the statement, which is not signed: %s\n", checked->digest);
}

static void add_list(const char *key, const text_list *list, struct json *json)
{
	json_key(json, key);
	json_array_begin(json);
	vec_for_each (text, list)
		json_text(json, *text);
	json_array_end(json);
}

static void add_json(const struct checked *checked, struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	json_key_text(&json, "statement", checked->file);
	json_key_text(&json, "sha256", checked->digest[0] ? checked->digest : NULL);
	json_key_text(&json, "profile", checked->profile);
	json_key_bool(&json, "matches", matches(checked));
	json_key_text(&json, "error", checked->error.code ? checked->error.message : NULL);
	add_list("differs", &checked->difference.differs, &json);
	add_list("notes", &checked->difference.notes, &json);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}

static enum status show(const struct checked *checked, bool json)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };

	if (json)
		add_json(checked, &out);
	else if (!checked->error.code)
		add_text(checked, &out);
	if (checked->error.code)
		output_message("%s", checked->error.message);
	return output_result(&out, matches(checked) ? STATUS_YES : STATUS_NO);
}

// The one profile that is named, however.
static const char *profile_of(const struct invocation *invocation)
{
	return invocation->profile               ? invocation->profile
	       : invocation->operands.count == 1 ? invocation->operands.items[0]
						 : NULL;
}

enum status check_attestation(const struct invocation *invocation)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	CLEANUP(checked_release) struct checked checked = { .file = invocation->attestation };
	struct utsname host;

	if (invocation->operands.count + !!invocation->profile > 1) {
		output_message("check: --attestation is about one profile; name one");
		return STATUS_USAGE;
	}
	if (invocation->host) {
		output_message("check: --attestation and --host do not go together: a statement tells of its own host");
		return STATUS_USAGE;
	}
	if (load_profile(profile_of(invocation), &loaded) < 0)
		return STATUS_PROFILE;
	checked.profile = loaded.name;
	read_statement(&checked);
	if (!checked.error.code &&
	    (uname(&host) < 0 || attestation_compare(&checked.statement, host.machine, &loaded.profile,
						     &checked.difference, &checked.error) < 0)) {
		output_message("%s", checked.error.message);
		return STATUS_PROFILE;
	}
	return show(&checked, invocation->json);
}
