// SPDX-License-Identifier: GPL-2.0-or-later
// Writes a profile that starts from another one: see new_profile.h.
#include "cmd/new_profile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "cmd/output.h"

static bool good_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return name[0] && name[0] != '.' && name[0] != '-' && strspn(name, letters) == strlen(name) &&
	       strlen(name) <= 64;
}

static bool reserved(const found_profile_vec *found, const char *name)
{
	vec_for_each (row, found)
		if (row->place == SEARCH_BUILT_IN && strcmp(row->name, name) == 0)
			return true;
	return false;
}

static int make_folders(const char *path, struct error *err)
{
	AUTO_FREE char *partial = memory_copy_text(path);

	for (char *slash = strchr(partial + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(partial, 0755) < 0 && errno != EEXIST)
			return error_set_errno(err, -errno, "cannot create %s", partial);
		if (!slash)
			return 0;
		*slash = '/';
	}
}

// What `extends` must say, wherever the new file lies: a name, or an absolute path.
static char *parent_of(const char *template, const char *path)
{
	return memory_copy_text(strchr(template, '/') ? path : template);
}

static void add_quoted(struct strbuf *out, const char *text)
{
	strbuf_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_add_char(out, '\\');
		strbuf_add_char(out, *text);
	}
	strbuf_add_char(out, '"');
}

// The template's lines as comments, without those that the new file must not repeat.
static void add_commented(struct strbuf *out, const char *text)
{
	static const char *const left_out[] = { "vpcjail:", "extends:", "description:", "# SPDX-" };

	while (*text) {
		size_t length = strcspn(text, "\n");
		bool skip = length == 0;
		for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
			skip = skip || strncmp(text, left_out[i], strlen(left_out[i])) == 0;
		if (!skip) {
			strbuf_add(out, text[0] == '#' ? "" : "#");
			strbuf_add_bytes(out, text, length);
			strbuf_add_char(out, '\n');
		}
		text += length + (text[length] == '\n');
	}
}

static void compose(struct strbuf *out, const char *name, const char *parent, const char *template_text)
{
	strbuf_format(
	    out,
	    "# A profile for vpcjail. What is not written here is as in the profile that it extends;\n"
	    "# `vpcjail show %s` prints the whole, `vpcjail check %s` every mistake. Keys: vpcjail-profile(5).\n"
	    "vpcjail: 1\nextends: ",
	    name, name);
	add_quoted(out, parent);
	strbuf_add(
	    out,
	    "\n\n# That profile says the following. Take away the # of what you want to change, with the lines it\n"
	    "# stands under; a list replaces the other profile's list.\n");
	add_commented(out, template_text);
}

// A template is copied: what is made up in it stays marked until it is replaced.
static void compose_copy(struct strbuf *out, const char *name, const char *template, const char *template_text)
{
	static const char licence[] = "# SPDX-";

	strbuf_format(
	    out,
	    "# A copy of the template %s. Put your own values on the lines marked REPLACE, and take the mark off\n"
	    "# each: `vpcjail check %s` names what is left. Keys: vpcjail-profile(5).\n",
	    template, name);
	if (strncmp(template_text, licence, strlen(licence)) == 0)
		template_text += strcspn(template_text, "\n") + 1;
	strbuf_add(out, template_text);
}

static int write_new(const char *path, const struct strbuf *text, struct error *err)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		return error_set(err, -EEXIST, "%s exists already and is not overwritten", path);
	if (fd < 0)
		return error_set_errno(err, -errno, "cannot create %s", path);

	int result = io_write_all(fd, text->text, text->length);
	if (result == 0 && fsync(fd) < 0 && errno != EINVAL)
		result = -errno;
	if (result < 0) {
		(void)unlink(path);
		return error_set_errno(err, result, "cannot write %s", path);
	}
	return 0;
}

static int create(const struct search *search, const char *name, const char *template, bool copy, char **path,
		  struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	AUTO_FREE char *template_path = NULL, *template_text = NULL;
	struct profile_source source = search_source(search);
	size_t length = 0;
	const char *folder = search->folders[search->root ? SEARCH_SYSTEM : SEARCH_USER];

	if (!folder)
		return error_set(err, -ENOENT,
				 "there is no folder for profiles: neither HOME nor XDG_CONFIG_HOME is set");
	if (source.open(source.data, template, NULL, &template_path, &template_text, &length, err) < 0)
		return err->code;
	AUTO_FREE char *real = realpath(template_path, NULL);
	AUTO_FREE char *parent = parent_of(template, real ? real : template_path);
	if (copy)
		compose_copy(&text, name, template, template_text);
	else
		compose(&text, name, parent, template_text);
	if (make_folders(folder, err) < 0)
		return err->code;

	AUTO_FREE char *file = memory_format("%s/%s.yaml", folder, name);
	if (write_new(file, &text, err) < 0)
		return err->code;
	*path = STEAL(file);
	return 0;
}

// Whether made-up values stand in the profile's own file, not in one that it extends.
static bool is_template(const struct profile *profile)
{
	vec_for_each (placeholder, &profile->placeholders)
		if (strcmp(placeholder->at.file, profile->path) == 0)
			return true;
	return false;
}

static enum status refuse_template(const struct mistakes *mistakes, const char *template)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	mistakes_format(mistakes, &text);
	output_lines(&text);
	output_message("nothing was written: the profile %s is wrong", template);
	return STATUS_PROFILE;
}

enum status new_profile(const struct search *search, const found_profile_vec *found, const char *name,
			const char *template)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct profile_source source = search_source(search);
	struct error err = { 0 };
	AUTO_FREE char *path = NULL;

	if (!good_name(name)) {
		output_message(
		    "profiles: \"%s\" is no name for a profile: letters, digits, \"-\", \"_\" and \".\" only", name);
		return STATUS_USAGE;
	}
	if (reserved(found, name)) {
		output_message("profiles: %s is the name of a shipped profile; choose another one", name);
		return STATUS_USAGE;
	}
	if (profile_load(&source, template, &profile, &mistakes) < 0)
		return refuse_template(&mistakes, template);
	if (create(search, name, template, is_template(&profile), &path, &err) < 0) {
		output_message("nothing was written: %s", err.message);
		return STATUS_NO;
	}
	strbuf_add_safe(&out, path);
	strbuf_add_char(&out, '\n');
	return output_result(&out, STATUS_YES);
}
