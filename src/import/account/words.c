// SPDX-License-Identifier: GPL-2.0-or-later
// Ids in sentences and in commands: see words.h.
#include "import/account/words.h"

int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool id_vec_has(const id_vec *ids, const char *id)
{
	vec_for_each (item, ids)
		if (text_equal(*item, id))
			return true;
	return false;
}

void command_add_word(struct strbuf *command, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/,=@+";

	if (*word && !word[strspn(word, plain)]) {
		strbuf_add(command, word);
		return;
	}
	strbuf_add_char(command, '\'');
	for (const char *quote; (quote = strchr(word, '\'')); word = quote + 1) {
		char *before = memory_copy_bytes(word, (size_t)(quote - word));

		strbuf_add_safe(command, before);
		strbuf_add(command, "'\\''");
		free(before);
	}
	strbuf_add_safe(command, word);
	strbuf_add_char(command, '\'');
}

void command_add_region(struct strbuf *command, const char *region)
{
	if (!region)
		return;
	strbuf_add(command, " --region ");
	command_add_word(command, region);
}

void thing_describe(const struct aws_thing *thing, struct strbuf *out)
{
	strbuf_add(out, thing->id);
	if (thing->name && *thing->name)
		strbuf_format(out, " (%s)", thing->name);
}
