// SPDX-License-Identifier: GPL-2.0-or-later
// From an account to profiles that are known to load: see import_build.h.
#include "cmd/import_build.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "cmd/import_paths.h"
#include "policy/difference.h"
#include "profile/load.h"
#include "profile/yaml.h"

static void profile_text_and_more_release(struct imported_profile *profile)
{
	profile_text_release(&profile->text);
	policy_release(&profile->policy);
	profile_release(&profile->profile);
	findings_release(&profile->findings);
	free(profile->path);
}

void imported_release(struct imported *imported)
{
	vec_for_each (profile, &imported->profiles)
		profile_text_and_more_release(profile);
	vec_release(&imported->profiles);
	findings_release(&imported->differences);
	vec_for_each (assembly, &imported->assemblies)
		assembly_release(assembly);
	vec_release(&imported->assemblies);
	import_selection_release(&imported->selection);
	vec_release(&imported->request.subnets);
	vec_release(&imported->request.groups);
	account_release(&imported->account);
}

struct written {
	const struct profile_text *text;
	const char *path;
};

static int open_written(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
			struct error *err)
{
	const struct written *written = data;

	if (from)
		return error_set(err, -EINVAL, "it extends \"%s\"", name);
	*path = memory_copy_text(written->path);
	*text = memory_copy_bytes(strbuf_text(&written->text->text), written->text->text.length);
	*length = written->text->text.length;
	return 0;
}

static int read_beside(void *data, const char *file, const char *from, char **path, char **text, size_t *length,
		       struct error *err)
{
	const struct written *written = data;

	(void)from;
	vec_for_each (beside, &written->text->beside) {
		if (strcmp(beside->name, file) != 0)
			continue;
		*path = memory_copy_text(file);
		*text = memory_copy_text(beside->text);
		*length = strlen(beside->text);
		return 0;
	}
	return error_set(err, -ENOENT, "\"%s\" is not beside it", file);
}

int import_policy(struct profile *profile, struct policy *policy, struct error *err)
{
	enum located located = profile->vpc.located;

	profile->vpc.located = LOCATED_HERE;
	int result = policy_build(profile, policy, err);
	profile->vpc.located = located;
	return result;
}

int import_check(const struct profile_text *text, const char *path, struct profile *profile, struct policy *policy,
		 struct error *err)
{
	if (text->text.length > YAML_SIZE)
		return error_set(err, -EFBIG, "the profile would be larger than 1 MiB, which none may be%s",
				 path ? "" : ": with -o FILE its long lists are files beside it");
	struct written written = { text, path ? path : "the imported profile" };
	const struct profile_source source = {
		.data = &written, .folder = "/", .open = open_written, .read = read_beside
	};
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };

	if (profile_load(&source, written.path, profile, &mistakes) == 0) {
		CLEANUP(policy_release) struct policy as_it_is = { 0 };
		int result = policy_build(profile, &as_it_is, err);
		return result < 0 ? result : import_policy(profile, policy, err);
	}
	vec_for_each (mistake, &mistakes.list)
		if (mistake->severity == SEVERITY_ERROR)
			return error_set(err, -EINVAL, "line %u: %s", mistake->at.line, mistake->message);
	return error_set(err, -EINVAL, "it does not load");
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
	return strcmp(a->code, b->code) == 0 && strcmp(a->text, b->text) == 0;
}

// The findings of the subnets that a profile is for, each once.
static void add_findings(struct imported_profile *profile)
{
	for (size_t i = 0; i < profile->subnets; i++) {
		finding_vec own = { 0 }, others = { 0 };
		findings_make(profile->assembly + i, &own);
		vec_for_each (finding, &own) {
			bool there = false;
			vec_for_each (other, &profile->findings)
				there = there || same_finding(finding, other);
			if (there)
				vec_push(&others, *finding);
			else
				vec_push(&profile->findings, *finding);
		}
		vec_release(&own);
		findings_release(&others);
	}
}

// subnet: the one whose name the file's has in it; NULL: the path is the whole name.
static int add_profile(struct imported *imported, size_t first, size_t count, const struct import_form_of_profile *form,
		       const char *subnet, struct error *err)
{
	struct imported_profile profile = { .assembly = imported->assemblies.items + first, .subnets = count };
	AUTO_FREE char *stem = NULL;

	if (form->path) {
		profile.path = subnet ? import_subnet_path(form->path, subnet) : memory_copy_text(form->path);
		stem = import_stem(profile.path);
	} else if (form->beside) {
		stem = memory_copy_text("profile");
	}
	const struct profile_text_options options = { .stem = stem, .command = form->command, .date = form->date };
	if (imported->request.strict)
		profile_text_write_strict(profile.assembly, count, &options, &profile.text);
	else
		profile_text_write(profile.assembly, &options, &profile.text);
	vec_push(&imported->profiles, profile);

	struct imported_profile *added = imported->profiles.items + imported->profiles.count - 1;
	if (import_check(&added->text, added->path, &added->profile, &added->policy, err) < 0)
		return err->code;
	added->located = added->profile.vpc.located;
	added->profile.vpc.located = LOCATED_HERE;
	add_findings(added);
	return 0;
}

// Whether a job reaches the same from two subnets.
static bool reach_alike(const struct imported_profile *a, const struct imported_profile *b)
{
	CLEANUP(difference_release) struct difference difference = { 0 };

	policy_difference(&a->policy, &b->policy, &difference);
	return difference_is_empty(&difference);
}

static void forget_profiles(struct imported *imported)
{
	vec_for_each (profile, &imported->profiles)
		profile_text_and_more_release(profile);
	imported->profiles.count = 0;
}

void import_keep(struct imported *imported, size_t profile)
{
	struct imported_profile kept = imported->profiles.items[profile];

	imported->profiles.items[profile] = imported->profiles.items[imported->profiles.count - 1];
	imported->profiles.count--;
	forget_profiles(imported);
	vec_push(&imported->profiles, kept);
}

static int add_each(struct imported *imported, const struct import_form_of_profile *form, struct error *err)
{
	for (size_t i = 0; i < imported->assemblies.count; i++) {
		const struct aws_subnet *subnet = imported->assemblies.items[i].subnet;
		const char *id = subnet ? subnet->thing.id : "none";
		if (add_profile(imported, i, 1, form, form->one ? NULL : id, err) < 0)
			return err->code;
	}
	return 0;
}

int import_build(struct imported *imported, const struct import_form_of_profile *form, struct error *err)
{
	size_t count = imported->selection.subnets.count ? imported->selection.subnets.count : 1;
	bool alike = true;

	for (size_t i = 0; i < count; i++)
		vec_push(&imported->assemblies, (struct assembly){ 0 });
	for (size_t i = 0; i < count; i++)
		assembly_build(&imported->account, &imported->request, &imported->selection, i,
			       imported->assemblies.items + i);
	findings_compare(imported->assemblies.items, count, &imported->differences);
	if (count == 1 || imported->request.strict)
		return add_profile(imported, 0, count, form, NULL, err);

	if (add_each(imported, form, err) < 0)
		return err->code;
	vec_for_each (profile, &imported->profiles)
		alike = alike && reach_alike(imported->profiles.items, profile);
	if (!alike || imported->differences.count)
		return 0;
	forget_profiles(imported);
	return add_profile(imported, 0, count, form, NULL, err);
}
