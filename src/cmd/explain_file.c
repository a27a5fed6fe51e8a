// SPDX-License-Identifier: GPL-2.0-or-later
// `explain --file`: see explain_file.h.
#include "cmd/explain_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cmd/output.h"
#include "policy/flow_line.h"

enum { FLUSH_AT = 1 << 16, COMPLAINTS_MAXIMUM = 20 };

struct reading {
	const struct asked_rules *rules;
	const char *file;
	bool json;
	struct strbuf out;
	size_t line, complaints;
	enum status status;
};

static void flush(struct reading *reading)
{
	if (reading->out.length && output_result(&reading->out, STATUS_YES) != STATUS_YES)
		reading->status = STATUS_NO;
	strbuf_clear(&reading->out);
}

static void complain(struct reading *reading, const char *message)
{
	if (reading->complaints++ < COMPLAINTS_MAXIMUM)
		output_message("explain: %s:%zu: %s", reading->file, reading->line, message);
	reading->status = STATUS_USAGE;
}

static void answer_line(struct reading *reading, char *text, size_t length)
{
	CLEANUP(verdict_given_release) struct verdict_given given = { 0 };
	struct flow_question question;
	struct error err;
	int result = flow_line_read(text, length, &question, &err);

	if (result == 0)
		return;
	if (result > 0)
		result = asked_judge(reading->rules, &question, &given, &err);
	if (result < 0) {
		complain(reading, err.message);
		return;
	}
	(reading->json ? verdict_given_print_json : verdict_given_print)(&question, &given, &reading->out);
	if (given.answer != ANSWER_ALLOWED && reading->status == STATUS_YES)
		reading->status = STATUS_NO;
}

static void read_lines(struct reading *reading, FILE *stream)
{
	AUTO_FREE char *text = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&text, &room, stream)) > 0) {
		reading->line++;
		if (text[length - 1] == '\n')
			text[--length] = '\0';
		answer_line(reading, text, (size_t)length);
		if (reading->out.length >= FLUSH_AT)
			flush(reading);
	}
	flush(reading);
	if (ferror(stream)) {
		output_message("explain: cannot read %s: %s", reading->file, strerror(errno));
		reading->status = STATUS_USAGE;
	}
	if (reading->complaints > COMPLAINTS_MAXIMUM)
		output_message("explain: %s: %zu more lines are no flows", reading->file,
			       reading->complaints - COMPLAINTS_MAXIMUM);
}

enum status explain_file(const struct asked_rules *rules, const char *file, bool json)
{
	bool standard = strcmp(file, "-") == 0;
	struct reading reading = { .rules = rules, .file = standard ? "standard input" : file, .json = json };
	AUTO_FCLOSE FILE *opened = standard ? NULL : fopen(file, "re");

	if (!standard && !opened) {
		output_message("explain: cannot open %s: %s", file, strerror(errno));
		return STATUS_USAGE;
	}
	read_lines(&reading, opened ? opened : stdin);
	strbuf_release(&reading.out);
	return reading.status;
}
