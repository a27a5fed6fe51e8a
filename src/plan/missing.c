// SPDX-License-Identifier: GPL-2.0-or-later
// What a profile asks for and this host lacks: refused with its place, never ignored.
#include <stdlib.h>

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
}
