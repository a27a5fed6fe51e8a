// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of the supervisor's poll loop: see loop.h.
#include "kernel/loop/loop.h"

void loop_add(struct loop *loop, const struct loop_source *source)
{
	vec_push(&loop->sources, *source);
	loop->sources.items[loop->sources.count - 1].count = 0;
	loop->sources.items[loop->sources.count - 1].gone = false;
}

static void release(struct loop_source *source)
{
	if (source->release && source->data)
		source->release(source->data);
	source->data = NULL;
}

// The entry stays until the next round: whoever goes through the list now must not see it move.
void loop_remove(struct loop *loop, const void *data)
{
	vec_for_each (source, &loop->sources)
		if (!source->gone && source->data == data) {
			source->gone = true;
			release(source);
			return;
		}
}

static void forget_gone(struct loop *loop)
{
	size_t kept = 0;

	vec_for_each (source, &loop->sources)
		if (!source->gone)
			loop->sources.items[kept++] = *source;
	loop->sources.count = kept;
}

void loop_watch(struct loop *loop, pollfd_vec *watched)
{
	forget_gone(loop);
	vec_for_each (source, &loop->sources) {
		struct pollfd fds[LOOP_SOURCE_FDS];
		source->first = watched->count;
		source->count = source->watch(source->data, fds);
		for (size_t i = 0; i < source->count; i++)
			vec_push(watched, fds[i]);
	}
}

int loop_left(const struct loop *loop, int timeout)
{
	vec_for_each (source, &loop->sources) {
		int left = source->gone || !source->left ? -1 : source->left(source->data);
		if (left >= 0 && (timeout < 0 || left < timeout))
			timeout = left;
	}
	return timeout;
}

static bool is_ready(const struct loop_source *source, const pollfd_vec *watched)
{
	for (size_t i = 0; i < source->count; i++)
		if (watched->items[source->first + i].revents)
			return true;
	return source->left && source->left(source->data) == 0;
}

void loop_turn(struct loop *loop, const pollfd_vec *watched)
{
	size_t count = loop->sources.count;

	for (size_t i = 0; i < count; i++) {
		struct loop_source source = loop->sources.items[i];  // a turn may add sources and so move them
		if (source.gone || !is_ready(&source, watched))
			continue;
		source.turn(source.data, watched->items + source.first, source.count);
	}
}

void loop_release(struct loop *loop)
{
	vec_for_each (source, &loop->sources)
		if (!source->gone)
			release(source);
	vec_release(&loop->sources);
}
