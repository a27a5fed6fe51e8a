// SPDX-License-Identifier: GPL-2.0-or-later
// What the head of an imported profile says of the import itself: see import_command.h.
#include "cmd/import_command.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/strbuf.h"

enum { FILES_NAMED = 8 };

static void add_word(struct strbuf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.,:=+@";

	strbuf_add_char(out, ' ');
	if (*word && !word[strspn(word, plain)]) {
		strbuf_add(out, word);
		return;
	}
	strbuf_add_char(out, '\'');
	for (const char *quote; (quote = strchr(word, '\'')); word = quote + 1)
		strbuf_format(out, "%.*s'\\''", (int)(quote - word), word);
	strbuf_format(out, "%s'", word);
}

static void add_option(struct strbuf *out, const char *option, const char *value)
{
	if (!value)
		return;
	strbuf_format(out, " --%s", option);
	add_word(out, value);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_files(struct strbuf *out, const struct invocation *invocation)
{
	VEC(char *) files = { 0 };

	vec_for_each (file, &invocation->operands)
		vec_push(&files, *file);
	if (files.count)
		qsort(files.items, files.count, sizeof(files.items[0]), compare_words);
	for (size_t i = 0; i < files.count && files.count <= FILES_NAMED; i++)
		add_word(out, files.items[i]);
	if (files.count > FILES_NAMED)
		strbuf_add(out, " FILE...");
	vec_release(&files);
}

char *import_command_line(const struct invocation *invocation)
{
	struct strbuf out = { 0 };

	strbuf_add(&out, "vpcjail import");
	add_files(&out, invocation);
	add_option(&out, "training-job", invocation->training_job);
	vec_for_each (id, &invocation->subnets)
		add_option(&out, "subnet", *id);
	vec_for_each (id, &invocation->security_groups)
		add_option(&out, "security-group", *id);
	add_option(&out, "region", invocation->region);
	strbuf_add(&out, invocation->strict ? " --strict" : "");
	strbuf_add(&out, invocation->assume_default_acl ? " --assume-default-acl" : "");
	return strbuf_steal(&out);
}

char *import_date(void)
{
	const char *wanted = getenv("SOURCE_DATE_EPOCH");
	time_t now = time(NULL);
	uint64_t seconds = 0;
	struct tm date = { 0 };
	char text[32] = "";

	if (wanted && number_parse(wanted, 253402300799, &seconds) == 0)
		now = (time_t)seconds;
	if (!gmtime_r(&now, &date) || !strftime(text, sizeof(text), "%Y-%m-%d", &date))
		return NULL;
	return memory_copy_text(text);
}
