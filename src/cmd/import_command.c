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

char *import_command_line(const struct invocation *invocation, const struct import_request *request)
{
	struct strbuf out = { 0 };

	strbuf_add(&out, "vpcjail import");
	add_files(&out, invocation);
	add_option(&out, "training-job", invocation->training_job);
	vec_for_each (id, &request->subnets)
		add_option(&out, "subnet", *id);
	vec_for_each (id, &request->groups)
		add_option(&out, "security-group", *id);
	add_option(&out, "region", invocation->region);
	strbuf_add(&out, request->strict ? " --strict" : "");
	strbuf_add(&out, request->assume_default_acl ? " --assume-default-acl" : "");
	add_option(&out, "refresh", invocation->refresh);
	return strbuf_steal(&out);
}

// Takes a word off the line, as add_word() puts it there; NULL: none is left.
static char *next_word(const char **line)
{
	struct strbuf word = { 0 };
	bool quoted = false;
	const char *at = *line + strspn(*line, " ");

	if (!*at || *at == '\n')
		return NULL;
	for (; *at && *at != '\n' && (quoted || *at != ' '); at++)
		if (*at == '\'')
			quoted = !quoted;
		else if (quoted || *at != '\\' || !at[1] || at[1] == '\n')
			strbuf_add_char(&word, *at);
		else
			strbuf_add_char(&word, *++at);
	*line = at;
	return strbuf_steal(&word);
}

static void take_option(const char *option, const char **line, struct import_command *out)
{
	if (strcmp(option, "--strict") == 0)
		out->strict = true;
	else if (strcmp(option, "--assume-default-acl") == 0)
		out->assume_default_acl = true;
	else if (strcmp(option, "--security-group") == 0)
		out->named_groups = true;
	else if (strcmp(option, "--training-job") == 0 && !out->job_file)
		out->job_file = next_word(line);
	else if (strcmp(option, "--subnet") == 0) {
		char *id = next_word(line);

		if (id)
			vec_push(&out->subnets, id);
	}
}

void import_command_read(const char *text, struct import_command *out)
{
	static const char begin[] = "#   vpcjail import ";
	const char *line = text;

	while (*line == '#' && strncmp(line, begin, sizeof(begin) - 1) != 0) {
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	if (*line != '#')
		return;
	out->found = true;
	line += sizeof(begin) - 1;
	for (char *word; (word = next_word(&line)); free(word))
		take_option(word, &line, out);
}

void import_command_release(struct import_command *command)
{
	free(command->job_file);
	vec_for_each (id, &command->subnets)
		free(*id);
	vec_release(&command->subnets);
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
