// SPDX-License-Identifier: GPL-2.0-or-later
// Words of a command line → struct invocation: see arguments.h.
#include "cmd/arguments.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/number.h"
#include "base/strbuf.h"

static void *target_of(struct invocation *out, const struct option_row *row)
{
	return (char *)out + row->target;
}

static int unknown_option(const struct command *command, const char *word, struct error *err)
{
	VEC(const char *) names = { 0 };

	for (const struct option_row *row = command->options; row->name; row++)
		vec_push(&names, row->name);
	const char *nearest = word[1] == '-' ? names_nearest(word + 2, names.items, names.count) : NULL;
	vec_release(&names);
	if (nearest)
		return error_set(err, -EINVAL, "unknown option \"%s\"; did you mean \"--%s\"?", word, nearest);
	return error_set(err, -EINVAL, "unknown option \"%s\"", word);
}

static int assign_word(const struct option_row *row, const char *value, unsigned *target, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf list = { 0 };
	size_t count = 0;

	for (; row->words[count]; count++) {
		// NOLINTNEXTLINE(*NonNullParamChecker): only a flag has no value
		if (strcmp(row->words[count], value) == 0) {
			*target = (unsigned)count;
			return 0;
		}
		strbuf_format(&list, "%s%s", count ? ", " : "", row->words[count]);
	}

	const char *nearest = names_nearest(value, row->words, count);
	if (nearest)
		return error_set(err, -EINVAL, "--%s \"%s\": did you mean \"%s\"?", row->name, value, nearest);
	return error_set(err, -EINVAL, "--%s \"%s\": must be one of %s", row->name, value, strbuf_text(&list));
}

static int parse_number(const struct option_row *row, const char *value, uint64_t *number, struct error *err)
{
	if (number_parse(value, row->maximum, number) < 0)
		return error_set(err, -EINVAL, "--%s \"%s\": must be a number from 0 to %u", row->name, value,
				 row->maximum);
	return 0;
}

static int assign(const struct option_row *row, const char *value, struct invocation *out, struct error *err)
{
	void *target = target_of(out, row);
	uint64_t number = 0;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)target = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)target = value;
		return 0;
	case OPTION_TEXTS:
		vec_push((__typeof__(&out->share))target, value);
		return 0;
	case OPTION_NUMBER:
		if (parse_number(row, value, &number, err) < 0)
			return -EINVAL;
		*(unsigned *)target = (unsigned)number;
		return 0;
	case OPTION_NUMBERS:
		if (parse_number(row, value, &number, err) < 0)
			return -EINVAL;
		vec_push((__typeof__(&out->keep_fds))target, (int)number);
		return 0;
	case OPTION_WORD:
		return assign_word(row, value, target, err);
	}
	return -EINVAL;
}

// The option's value stands in its own word (attached) or is the next one. Moves *words on when it took that.
static int take(const struct option_row *row, const char *attached, char *const **words, struct invocation *out,
		struct error *err)
{
	if (!row->argument)
		return assign(row, NULL, out, err);
	if (!attached) {
		attached = *++*words;
		if (!attached)
			return error_set(err, -EINVAL, "--%s needs %s", row->name, row->argument);
	}
	return assign(row, attached, out, err);
}

static int parse_long(char *const **words, struct invocation *out, struct error *err)
{
	const char *word = **words;
	const char *name = word + 2;
	size_t length = strcspn(name, "=");
	const char *attached = name[length] ? name + length + 1 : NULL;

	for (const struct option_row *row = out->command->options; row->name; row++) {
		if (strlen(row->name) != length || strncmp(row->name, name, length) != 0)
			continue;
		if (attached && !row->argument)
			return error_set(err, -EINVAL, "--%s takes no value", row->name);
		return take(row, attached, words, out, err);
	}

	AUTO_FREE char *alone = memory_copy_bytes(word, length + 2);
	return unknown_option(out->command, alone, err);
}

static int parse_letters(char *const **words, struct invocation *out, struct error *err)
{
	for (const char *letter = **words + 1; *letter; letter++) {
		const struct option_row *row = out->command->options;
		while (row->name && row->letter != *letter)
			row++;
		if (!row->name)
			return unknown_option(out->command, **words, err);
		if (take(row, letter[1] ? letter + 1 : NULL, words, out, err) < 0)
			return -EINVAL;
		if (row->argument)
			break;
	}
	return 0;
}

static int check_count(const struct invocation *out, struct error *err)
{
	const struct command *command = out->command;
	size_t count = out->operands.count;

	if (count < (size_t)command->minimum)
		return error_set(err, -EINVAL, "%s is missing", command->operands);
	if (command->maximum != ANY_NUMBER && count > (size_t)command->maximum)
		return error_set(err, -EINVAL, "\"%s\" is one word too many", out->operands.items[command->maximum]);
	return 0;
}

int arguments_parse(char *const *words, struct invocation *out, struct error *err)
{
	bool options = true;

	for (; *words; words++) {
		const char *word = *words;
		if (options && strcmp(word, "--") == 0) {
			options = false;
			out->dashes = !out->operands.count;
		} else if (options && word[0] == '-' && word[1] == '-') {
			if (parse_long(&words, out, err) < 0)
				return -EINVAL;
		} else if (options && word[0] == '-' && word[1]) {
			if (parse_letters(&words, out, err) < 0)
				return -EINVAL;
		} else {
			vec_push(&out->operands, *words);
			options = options && !out->command->runs_command;
		}
	}
	vec_push(&out->operands, NULL);
	out->operands.count--;
	return out->help ? 0 : check_count(out, err);
}
