// SPDX-License-Identifier: GPL-2.0-or-later
// Steps, and which paths the job sees: shared by the parts of a plan.
#include "plan/steps.h"

#include <string.h>

#include "base/memory.h"

void steps_add(struct launch_plan *plan, enum place place, const struct step_row *row)
{
	vec_push(&plan->steps, (struct launch_step){
				   .kind = row->kind,
				   .place = place,
				   .name = memory_copy_text(row->name),
				   .path = memory_copy_text(row->path),
				   .value = memory_copy_text(row->value),
				   .data = memory_copy_text(row->data),
				   .flags = row->flags,
				   .if_present = row->if_present,
				   .create = row->create,
				   .closes = row->closes,
				   .why = row->why,
			       });
}

char *share_fault(const struct host_facts *host, const char *path, const char *whence)
{
	const char *const own[] = { host->tmp, host->var_tmp, host->run, "/dev", "/proc", "/sys" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (path_below(own[i], path))
			return memory_format("%s: %s holds %s, of which the job has its own; name what lies in it",
					     whence, path, own[i]);
	if (path_below(path, "/proc") || path_below(path, "/sys"))
		return memory_format("%s: %s is the kernel's, and the job has its own", whence, path);
	return NULL;
}

const char *real_path(const text_list *real, const text_vec *written, size_t index)
{
	return index < real->count ? real->items[index] : written->items[index].text;
}

void plan_open_door(struct launch_plan *plan, const char *door, const char *opener)
{
	vec_push(&plan->opened, (struct opened_door){ .door = door, .opener = opener });
}

bool path_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	if (length == 1 && folder[0] == '/')
		return path[0] == '/';
	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

// A folder that is replaced as a whole cannot be kept by naming it: only what lies inside it can.
static bool kept(const struct launch_request *request, const char *path, const char *folder)
{
	const struct host_facts *host = request->host;

	if (strcmp(folder, host->tmp) == 0 || strcmp(folder, host->var_tmp) == 0 || strcmp(folder, host->run) == 0 ||
	    path_below(host->tmp, folder) || path_below(host->run, folder))
		return false;
	return path_below(path, folder);
}

bool path_is_shared(const struct launch_request *request, const char *path)
{
	const struct profile *profile = request->profile;

	if (kept(request, path, request->host->directory))
		return true;
	vec_for_each (share, &profile->process.share)
		if (kept(request, path, share->text))
			return true;
	for (size_t i = 0; i < request->share_count; i++)
		if (kept(request, path, request->share[i]))
			return true;
	return profile->process.tmp.text && path_below(path, request->host->tmp);
}

bool path_is_hidden(const struct launch_request *request, const char *path)
{
	const char *const folders[] = {
		request->host->tmp, request->host->var_tmp, request->host->run, "/dev", "/sys", "/proc"
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (path_below(path, folders[i]))
			return true;
	return false;
}

bool path_is_replaced(const struct launch_request *request, const char *path)
{
	return path_is_hidden(request, path) ||
	       (request->profile->process.home == HOME_PRIVATE && path_below(path, request->host->identity.home));
}

bool launch_hides(const struct launch_request *request, const char *path)
{
	return path_is_replaced(request, path) && !path_is_shared(request, path);
}
