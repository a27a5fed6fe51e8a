// SPDX-License-Identifier: GPL-2.0-or-later
// Events: their memory and their words. See event.h.
#include "audit/record/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const kind_words[EVENT_KINDS] = { "denied", "call", "name", "flow" };
static const char *const evidence_words[EVIDENCE_EVIDENCES] = { "none", "call", "socket", "port" };

const char *event_kind_word(enum event_kind kind)
{
	return kind_words[kind];
}

const char *event_evidence_word(enum event_evidence evidence)
{
	return evidence_words[evidence];
}

void event_process_release(struct event_process *process)
{
	vec_for_each (argument, &process->arguments)
		free(*argument);
	vec_release(&process->arguments);
	vec_for_each (parent, &process->parents)
		free(parent->name);
	vec_release(&process->parents);
	free(process->script);
	*process = (struct event_process){ 0 };
}

void event_process_copy(const struct event_process *from, struct event_process *to)
{
	*to = (struct event_process){
		.pid = from->pid, .started = from->started, .cut = from->cut, .script = memory_copy_text(from->script)
	};
	vec_for_each (argument, &from->arguments)
		vec_push(&to->arguments, memory_copy_text(*argument));
	vec_for_each (parent, &from->parents)
		vec_push(&to->parents,
			 (struct event_parent){ .pid = parent->pid, .name = memory_copy_text(parent->name) });
}

void event_release(struct event *event)
{
	char *const texts[] = { event->name,   event->hint, event->layer_title, event->reason, event->origin,
				event->behind, event->aws,  event->call,        event->error };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	event_process_release(&event->process);
	*event = (struct event){ 0 };
}

void events_release(event_vec *events)
{
	vec_for_each (event, events)
		event_release(event);
	vec_release(events);
}

const char *event_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

void event_process_format(const struct event_process *process, struct strbuf *out)
{
	if (!process->pid)
		return;
	if (process->arguments.count)
		strbuf_add(out, event_base_name(process->arguments.items[0]));
	if (process->script)
		strbuf_format(out, " %s", process->script);
	strbuf_format(out, "[%d]", process->pid);
}
