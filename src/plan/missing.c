// SPDX-License-Identifier: GPL-2.0-or-later
// What a profile asks for and this host lacks: refused with its place, never ignored.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

static void add_mechanism(unavailable_vec *out, const struct location *at, const char *asked, enum mechanism which,
			  const struct host_facts *host, const char *remedy)
{
	AUTO_FREE char *has =
	    host->landlock ? memory_format("its is %d", host->landlock) : memory_copy_text("it has none");

	if (host->landlock >= mechanisms[which].landlock)
		return;
	vec_push(out, (struct unavailable){
			  .at = *at,
			  .message =
			      memory_format("%s: this kernel has no Landlock of ABI %d (%s); %s or newer has it, with "
					    "landlock in its list of security modules%s",
					    asked, mechanisms[which].landlock, has, mechanisms[which].since, remedy),
		      });
}

static void add_paths(unavailable_vec *out, const text_vec *written, const text_list *real, const char *key,
		      const char *what)
{
	for (size_t i = 0; i < written->count; i++)
		if (!real_path(real, written, i))
			vec_push(out, (struct unavailable){ .at = written->items[i].at,
							    .message = memory_format("%s: there is no %s %s", key, what,
										     written->items[i].text) });
}

// A link would let a job that can replace it share what it likes into the next one.
static void add_link(unavailable_vec *out, const struct text_value *written, const char *real, const char *key)
{
	if (real && strcmp(real, written->text) != 0)
		vec_push(out, (struct unavailable){
				  .at = written->at,
				  .message = memory_format("%s: %s is a symbolic link or lies behind one; write %s",
							   key, written->text, real) });
}

static void add_shares(unavailable_vec *out, const struct profile_process *process, const struct host_facts *host)
{
	add_paths(out, &process->share, &host->share, "process.share", "file or folder");
	for (size_t i = 0; i < process->share.count; i++) {
		const struct text_value *written = &process->share.items[i];
		char *message = share_fault(host, written->text, "process.share");
		add_link(out, written, real_path(&host->share, &process->share, i), "process.share");
		if (message)
			vec_push(out, (struct unavailable){ .at = written->at, .message = message });
	}
	if (host->own_tmp && path_below(host->identity.home, host->own_tmp))
		vec_push(out, (struct unavailable){ .at = process->tmp.at,
						    .message = memory_format(
							"process.tmp: %s holds the home, whose files would lie open in "
							"the job's /tmp",
							host->own_tmp) });
	if (process->tmp.text)
		add_link(out, &process->tmp, host->own_tmp, "process.tmp");
}

void launch_missing(const struct profile *profile, const struct host_facts *host, unavailable_vec *out)
{
	const struct profile_process *process = &profile->process;

	if (process->writable_at.line)
		add_mechanism(out, &process->writable_at, "process.writable", MECHANISM_LANDLOCK_WRITE, host,
			      "; without it, write \"writable: user\"");
	vec_for_each (required, &profile->require) {
		AUTO_FREE char *asked = memory_format("require: %s", required->text);
		enum mechanism which = mechanism_find(required->text);
		if (which < MECHANISM_COUNT)
			add_mechanism(out, &required->at, asked, which, host, "");
	}
	add_paths(out, &process->writable, &host->writable, "process.writable", "file or folder");
	add_paths(out, &process->sockets, &host->sockets, "process.sockets", "UNIX socket");
	add_shares(out, process, host);
}
