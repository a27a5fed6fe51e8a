// SPDX-License-Identifier: GPL-2.0-or-later
// An event from a line of words: see hints.h.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "audit/hint/hints.h"
#include "base/cleanup.h"
#include "base/memory.h"

enum { WORDS = 7 };

static size_t split(char *text, char *words[static WORDS])
{
	size_t count = 0;
	char *rest = text;

	while (count < WORDS && (words[count] = strsep(&rest, " ")))
		count++;
	return rest ? WORDS + 1 : count;
}

static char *unless_dash(const char *word)
{
	return strcmp(word, "-") == 0 ? NULL : memory_copy_text(word);
}

static void set_program(struct event *event, const char *program)
{
	if (strcmp(program, "-") == 0)
		return;
	event->process.pid = 1;
	vec_push(&event->process.arguments, memory_copy_text(program));
	event->process.script = memory_copy_text(program);
}

static int read_packet(char *const words[static WORDS], struct event *event, struct error *err)
{
	struct port_range port = { 0 };

	event->name = unless_dash(words[1]);
	if (address_parse(words[2], &event->flow.remote, err) < 0 ||
	    protocol_parse(words[3], &event->flow.protocol, err) < 0)
		return -EINVAL;
	if (strcmp(words[4], "0") != 0 && port_range_parse(words[4], &port, err) < 0)
		return -EINVAL;
	event->flow.destination_port = port.first;
	if (strcmp(words[5], "-") != 0)
		(void)snprintf(event->layer, sizeof(event->layer), "%s", words[5]);
	event->flow.direction = strstr(words[5], "_ingress") ? INGRESS : EGRESS;
	return 0;
}

// "socket=17": the call and its first argument.
static void read_call(char *word, struct event *event)
{
	char *value = word;
	const char *call = strsep(&value, "=");

	event->call = memory_copy_text(call);
	event->arguments[0] = value ? strtoull(value, NULL, 10) : 0;
}

int hint_example_read(const char *text, struct event *event, struct error *err)
{
	AUTO_FREE char *copy = memory_copy_text(text);
	char *words[WORDS] = { 0 };
	size_t count = split(copy, words);
	static const struct {
		const char *word;
		enum event_kind kind;
		size_t words;  // without the program
	} forms[] = {
		{ "packet", EVENT_PACKET, 6 },
		{ "flow", EVENT_FLOW, 6 },
		{ "name", EVENT_NAME, 2 },
		{ "call", EVENT_CALL, 2 },
	};
	size_t form = 0;

	while (form < sizeof(forms) / sizeof(forms[0]) && (!words[0] || strcmp(words[0], forms[form].word) != 0))
		form++;
	if (form == sizeof(forms) / sizeof(forms[0]) || count < forms[form].words || count > forms[form].words + 1)
		return error_set(err, -EINVAL,
				 "\"%s\" is no event; write packet NAME ADDRESS PROTOCOL PORT LAYER, "
				 "name NAME or call CALL, and perhaps a program",
				 text);
	CLEANUP(event_release) struct event read = { .kind = forms[form].kind, .id = 1, .count = 1 };
	if (forms[form].words == 6 && read_packet(words, &read, err) < 0)
		return -EINVAL;
	if (read.kind == EVENT_NAME)
		read.name = unless_dash(words[1]);
	if (read.kind == EVENT_CALL)
		read_call(words[1], &read);
	if (count > forms[form].words)
		set_program(&read, words[count - 1]);
	*event = read;
	read = (struct event){ 0 };
	return 0;
}
