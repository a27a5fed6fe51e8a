// SPDX-License-Identifier: GPL-2.0-or-later
// From a name to a struct profile: open, follow `extends`, merge, read, check: see load.h.
#include "profile/load.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/check.h"
#include "profile/kind.h"
#include "profile/placeholder.h"
#include "profile/yaml.h"

enum { EXTENDS_DEPTH = 8 };

#define FORMAT_VERSION "1"

// The profiles on the way from the one asked for to the one being opened.
struct chain {
	const char *path;
	const struct chain *below;
	unsigned length;
};

static void print_chain(const struct chain *chain, struct strbuf *out)
{
	if (chain->below) {
		print_chain(chain->below, out);
		strbuf_add(out, " → ");
	}
	strbuf_add(out, chain->path);
}

// Whether chain, which ends in the profile just found, may go on; complains at the place of its `extends`.
static bool check_chain(struct reader *reader, const struct chain *chain, const struct location *at)
{
	CLEANUP(strbuf_release) struct strbuf names = { 0 };
	const struct chain *other = chain->below;

	while (other && strcmp(other->path, chain->path) != 0)
		other = other->below;
	if (!other && chain->length <= EXTENDS_DEPTH)
		return true;
	print_chain(chain, &names);
	if (other)
		reader_error(reader, at, NULL, "`extends` goes in a circle: %s", names.text);
	else
		reader_error(reader, at, NULL, "`extends` is deeper than %d profiles: %s", EXTENDS_DEPTH, names.text);
	return false;
}

static void check_version(struct reader *reader, const struct node *tree, bool top)
{
	const struct node *version = node_get(tree, "vpcjail");

	if (!version && top)
		reader_error(reader, &tree->at, "begin the profile with \"vpcjail: " FORMAT_VERSION "\"",
			     "\"vpcjail\" is missing: the version of the format");
	else if (version && (version->kind != NODE_SCALAR || strcmp(version->text, FORMAT_VERSION) != 0))
		reader_error(reader, &version->at, "write \"vpcjail: " FORMAT_VERSION "\"",
			     "this vpcjail reads version " FORMAT_VERSION " of the format");
}

static struct node *load_tree(struct reader *reader, const char *name, const struct location *at,
			      const struct chain *below);

// The tree with everything it extends merged in; NULL after complaining.
static struct node *follow_extends(struct reader *reader, struct node *tree, const struct chain *chain)
{
	const struct node *extends = node_get(tree, "extends");
	AUTO_NODE struct node *child = tree;

	if (!extends)
		return STEAL(child);
	if (extends->kind != NODE_SCALAR || !extends->text[0]) {
		reader_error(reader, &extends->at, NULL, "\"extends\" must be the name of one profile");
		return NULL;
	}
	struct node *parent = load_tree(reader, extends->text, &extends->at, chain);
	return parent ? node_merge(parent, STEAL(child)) : NULL;
}

static struct node *load_tree(struct reader *reader, const char *name, const struct location *at,
			      const struct chain *below)
{
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	struct error err = { 0 };

	if (reader->source->open(reader->source->data, name, at->file, &path, &text, &length, &err) < 0) {
		reader_refuse(reader, at, err.message);
		return NULL;
	}
	struct chain chain = { .path = reader_file(reader, path),
			       .below = below,
			       .length = below ? below->length + 1 : 1 };
	if (!below)
		reader->profile->path = memory_copy_text(path);
	if (!check_chain(reader, &chain, at))
		return NULL;
	AUTO_NODE struct node *tree = yaml_read(text, length, chain.path, reader->mistakes);
	if (!tree)
		return NULL;
	if (tree->kind != NODE_MAPPING) {
		reader_error(reader, &tree->at, "a profile begins with \"vpcjail: " FORMAT_VERSION "\"",
			     "a profile is a mapping of keys, not %s", node_kind_name(tree->kind));
		return NULL;
	}
	check_version(reader, tree, !below);
	placeholders_note(reader, tree, text, chain.path);
	return follow_extends(reader, STEAL(tree), &chain);
}

int profile_load(const struct profile_source *source, const char *name, struct profile *profile,
		 struct mistakes *mistakes)
{
	static const struct location nowhere;
	size_t errors = mistakes->errors;
	CLEANUP(profile_release) struct profile loaded;
	struct reader reader = { .source = source, .mistakes = mistakes, .profile = &loaded };

	profile_init(&loaded);
	loaded.name = memory_copy_text(name);
	AUTO_NODE struct node *tree = load_tree(&reader, name, &nowhere, NULL);
	if (tree) {
		loaded.at = tree->at;
		reader_mapping(&reader, &profile_keys, "", tree, &loaded);
		placeholders_find(&reader, tree);
		profile_check(&reader);
	}
	vec_release(&reader.marks);
	if (mistakes->errors > errors)
		return -EINVAL;
	*profile = loaded;
	memset(&loaded, 0, sizeof(loaded));
	return 0;
}
