// SPDX-License-Identifier: GPL-2.0-or-later
// An earlier import's profile with what AWS says now: see import_refresh.h.
#include "cmd/import_refresh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "cmd/diff_print.h"
#include "cmd/import_paths.h"
#include "cmd/import_show.h"
#include "cmd/import_write.h"
#include "cmd/output.h"
#include "import/account/words.h"
#include "profile/yaml.h"

void earlier_profile_release(struct earlier_profile *earlier)
{
	loaded_profile_release(&earlier->loaded);
	free(earlier->text);
	import_command_release(&earlier->command);
}

enum status earlier_profile_load(const char *path, struct earlier_profile *earlier)
{
	AUTO_FREE char *name = strchr(path, '/') ? memory_copy_text(path) : memory_format("./%s", path);
	struct error err = { 0 };

	earlier->path = path;
	if (io_read_file(path, YAML_SIZE, &earlier->text, &earlier->length, &err) < 0) {
		output_message("import: %s", err.message);
		return STATUS_PROFILE;
	}
	if (!strstr(earlier->text, "vpcjail")) {
		output_message(
		    "import: %s is no profile: it does not have `vpcjail: 1`; --refresh takes the one that an "
		    "import wrote",
		    path);
		return STATUS_PROFILE;
	}
	if (load_profile(name, &earlier->loaded) < 0)
		return STATUS_PROFILE;
	import_command_read(earlier->text, &earlier->command);
	earlier->lists_inside = earlier->loaded.profile.prefix_lists.count > 0;
	vec_for_each (list, &earlier->loaded.profile.prefix_lists)
		earlier->lists_inside = earlier->lists_inside && !list->file.text;
	return STATUS_YES;
}

static bool is_profiles_subnet(const struct profile *profile, const struct aws_subnet *subnet)
{
	const struct prefix *first = &profile->vpc.subnets.items[0].prefix;

	if (profile->vpc.region.text && subnet->thing.region &&
	    strcmp(profile->vpc.region.text, subnet->thing.region) != 0)
		return false;
	vec_for_each (block, &subnet->blocks)
		if (prefix_covers(block, first) && prefix_covers(first, block))
			return true;
	return false;
}

static enum status find_subnet(const struct earlier_profile *earlier, const struct account *account,
			       struct import_request *request)
{
	CLEANUP(strbuf_release) struct strbuf options = { 0 };
	const struct profile *profile = &earlier->loaded.profile;
	const struct aws_subnet *found = NULL;
	size_t count = 0;

	if (!profile->vpc.subnets.count)
		return STATUS_YES;
	vec_for_each (subnet, &account->subnets) {
		if (!is_profiles_subnet(profile, subnet))
			continue;
		found = subnet;
		count++;
		strbuf_add(&options, " --subnet ");
		command_add_word(&options, subnet->thing.id);
	}
	if (count == 1) {
		vec_push(&request->subnets, found->thing.id);
		return STATUS_YES;
	}
	if (count)
		output_message("import: %s is of one of several subnets with the same block; say which: one of%s",
			       earlier->path, strbuf_text(&options));
	else
		output_message("import: no document has the subnet that %s is of, the first of its vpc.subnets; give "
			       "describe-subnets of its VPC, or say which it is now: --subnet ID",
			       earlier->path);
	return count ? STATUS_USAGE : STATUS_PROFILE;
}

// A group's key in a profile is its id in another form.
static const char *group_of_key(const struct account *account, const char *key)
{
	vec_for_each (group, &account->groups) {
		AUTO_FREE char *id = assembly_id("sg", group->thing.id);
		if (strcmp(id, key) == 0)
			return group->thing.id;
	}
	return NULL;
}

// Its ACL is what the ACLs of several subnets have in common.
static bool is_strict(const struct earlier_profile *earlier)
{
	vec_for_each (acl, &earlier->loaded.profile.network_acls)
		if (strcmp(acl->id, "every-subnet") == 0)
			return true;
	return earlier->command.strict;
}

// All of a --strict profile's subnets: with one of them alone it would let through what another does not.
static enum status find_subnets(const struct earlier_profile *earlier, struct import_request *request)
{
	vec_for_each (id, &earlier->command.subnets)
		vec_push(&request->subnets, *id);
	if (request->subnets.count)
		return STATUS_YES;
	if (earlier->command.job_file)
		output_message("import: %s is a --strict one for the subnets of the job in %s: give that again "
			       "(--training-job FILE), or a --subnet ID for each of them",
			       earlier->path, earlier->command.job_file);
	else
		output_message("import: %s is for several subnets (--strict), and does not say which: give a "
			       "--subnet ID for each of them, or --training-job FILE",
			       earlier->path);
	return STATUS_USAGE;
}

// An import without options takes the only job that it finds.
static bool took_only_job(const struct earlier_profile *earlier, const struct account *account)
{
	const struct import_command *command = &earlier->command;

	return command->found && !command->job_file && !command->subnets.count && !command->named_groups &&
	       account->jobs.count;
}

enum status earlier_profile_request(struct earlier_profile *earlier, const struct account *account,
				    struct import_request *request)
{
	const struct profile *profile = &earlier->loaded.profile;
	bool asked = request->subnets.count || request->groups.count;

	request->strict = request->strict || is_strict(earlier);
	request->assume_default_acl = request->assume_default_acl || earlier->command.assume_default_acl;
	// A job says all of it.
	if (request->job_file && !asked)
		return STATUS_YES;
	if (!request->region && profile->vpc.region.text)
		request->region = profile->vpc.region.text;
	if (!asked && took_only_job(earlier, account))
		return STATUS_YES;
	if (!request->groups.count) {
		vec_for_each (group, &profile->security_groups) {
			const char *id = group_of_key(account, group->id);
			vec_push(&request->groups, id ? id : group->id);
		}
	}
	if (request->subnets.count)
		return STATUS_YES;
	return request->strict ? find_subnets(earlier, request) : find_subnet(earlier, account, request);
}

enum status earlier_profile_choose(const struct earlier_profile *earlier, struct imported *imported)
{
	CLEANUP(strbuf_release) struct strbuf subnets = { 0 };
	const struct profile *profile = &earlier->loaded.profile;

	vec_for_each (one, &imported->profiles) {
		for (size_t i = 0; i < one->subnets; i++) {
			const struct aws_subnet *subnet = one->assembly[i].subnet;

			if (subnet && profile->vpc.subnets.count && is_profiles_subnet(profile, subnet)) {
				import_keep(imported, (size_t)(one - imported->profiles.items));
				return STATUS_YES;
			}
		}
		strbuf_add(&subnets, subnets.length ? ", " : "");
		import_add_subnets(one, &subnets);
	}
	if (imported->profiles.count == 1 && (!profile->vpc.subnets.count || !imported->selection.subnets.count))
		return STATUS_YES;
	output_message("import: %s is of a subnet that is none of those that were chosen (%s): say which it is to be "
		       "of from now on: --subnet ID",
		       earlier->path, strbuf_text(&subnets));
	return STATUS_USAGE;
}

// What the earlier profile becomes; its lists are handed over.
static int merge(const struct earlier_profile *earlier, struct imported_profile *profile, struct profile_text *out,
		 struct error *err)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	struct node *before = yaml_read(earlier->text, earlier->length, earlier->path, &mistakes);
	struct node *now = STEAL(profile->text.tree);

	if (!before || !now) {
		node_free(before);
		node_free(now);
		return error_set(err, -EINVAL, "%s: it was changed while it was read", earlier->path);
	}
	AUTO_NODE struct node *tree = profile_text_refresh(before, now);
	node_print_yaml(tree, &out->text);
	out->beside = profile->text.beside;
	memset(&profile->text.beside, 0, sizeof(profile->text.beside));
	return 0;
}

static bool file_is(const char *path, const char *text, size_t length)
{
	AUTO_FREE char *there = NULL;
	size_t there_length = 0;
	struct error err;

	return io_read_file(path, (size_t)1 << 30, &there, &there_length, &err) == 0 && there_length == length &&
	       memcmp(there, text, length) == 0;
}

static void files_of(const struct profile_text *text, const char *path, import_file_vec *files)
{
	vec_for_each (beside, &text->beside)
		vec_push(files, (struct import_file){ .path = import_beside(path, beside->name),
						      .text = beside->text,
						      .length = strlen(beside->text) });
	vec_push(files, (struct import_file){ .path = memory_copy_text(path),
					      .text = strbuf_text(&text->text),
					      .length = text->text.length });
}

static bool is_written_so(const import_file_vec *files)
{
	vec_for_each (file, files)
		if (!file_is(file->path, file->text, file->length))
			return false;
	return true;
}

static bool asked_and_told(const struct invocation *invocation, const char *path)
{
	char answer[16] = "";

	if (invocation->yes)
		return true;
	if (invocation->json || isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
		return false;
	output_progress("import: write %s? [y/N] ", path);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	return strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0;
}

static enum status write_or_not(const struct invocation *invocation, const char *path, import_file_vec *files,
				bool equal)
{
	struct error err = { 0 };

	if (is_written_so(files)) {
		output_message("import: %s is up to date", path);
		return STATUS_YES;
	}
	if (!asked_and_told(invocation, path)) {
		output_message("import: %s was not written: --yes writes it%s", path,
			       equal ? "; what differs is text alone" : "");
		return equal ? STATUS_YES : STATUS_NO;
	}
	if (import_write(files, true, &err) < 0) {
		output_message("import: %s", err.message);
		return STATUS_NO;
	}
	output_message("import: %s is written", path);
	return STATUS_YES;
}

enum status import_refresh(const struct invocation *invocation, struct imported *imported,
			   struct earlier_profile *earlier)
{
	CLEANUP(diff_result_release) struct diff_result result = { 0 };
	CLEANUP(profile_text_release) struct profile_text text = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(policy_release) struct policy before = { 0 }, after = { 0 };
	CLEANUP(import_files_release) import_file_vec files = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	AUTO_FREE char *title = memory_format("%s, refreshed", earlier->path);
	struct error err = { 0 };

	if (import_policy(&earlier->loaded.profile, &before, &err) < 0) {
		output_message("import: %s", err.message);
		return STATUS_PROFILE;
	}
	if (merge(earlier, imported->profiles.items, &text, &err) < 0 ||
	    import_check(&text, earlier->path, &profile, &after, &err) < 0) {
		output_message(
		    "import: nothing was written: what the earlier profile says and what AWS says now do not "
		    "go together: %s",
		    err.message);
		return STATUS_NO;
	}
	if (earlier->loaded.profile.vpc.located == LOCATED_HERE && profile.vpc.located != LOCATED_HERE)
		output_message("import: %s said `located: here`, and its VPC has other ranges now: `located: "
			       "elsewhere` until you say again that they are this network's",
			       earlier->path);
	free(profile.name);
	profile.name = memory_copy_text(title);
	result.sides[0] = (struct diff_side){ .title = earlier->path, .is = { &earlier->loaded.profile, &before } };
	result.sides[1] = (struct diff_side){ .title = title, .is = { &profile, &after } };
	policy_difference(&before, &after, &result.difference);
	other_facts_add(&result.sides[0].is, &result.sides[1].is, &result.others);
	(invocation->json ? diff_print_json : diff_print)(&result, &out);
	if (output_result(&out, STATUS_YES) != STATUS_YES)
		return STATUS_NO;
	files_of(&text, earlier->path, &files);
	return write_or_not(invocation, earlier->path, &files, diff_is_equal(&result));
}
