// SPDX-License-Identifier: GPL-2.0-or-later
// What a statement about the run must know and only the launch can see; nothing of it decides anything.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "kernel/launch/launch_state.h"
#include "kernel/launch/namespaces.h"
#include "nft/ruleset.h"

static uint64_t inode_of(const char *process, const char *kind)
{
	struct stat status;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%s/ns/%s", process, kind);
	return stat(path, &status) < 0 ? 0 : status.st_ino;
}

// Right after the clone: later nobody may look into process 1.
void attest_namespaces(struct launch *launch)
{
	struct attested *attested = &launch->result->attested;
	char init[16];

	if (!launch->options->attest)
		return;
	(void)snprintf(init, sizeof(init), "%d", (int)launch->init);
	for (size_t i = 0; i < NAMESPACE_KINDS; i++) {
		attested->namespaces[i].kind = namespace_names[i];
		attested->namespaces[i].inside = inode_of(init, namespace_names[i]);
		attested->namespaces[i].outside = launch->outside[i];
	}
	attested->namespaces[NAMESPACE_KINDS].kind = "user";
	attested->namespaces[NAMESPACE_KINDS].outside = inode_of("self", "user");
}

void launch_started(struct launch *launch, unsigned user_namespace)
{
	const struct launch_options *options = launch->options;

	launch->result->attested.namespaces[NAMESPACE_KINDS].inside = user_namespace;
	if (options->network)
		options->network(options->started_data, launch->network);
	if (options->started)
		options->started(options->started_data);
}

void attest_exchange(struct launch *launch, const struct ruleset *ruleset, const struct nft_dump *dump,
		     const struct prefix_set *ask)
{
	struct exchanged exchanged = { .at = time(NULL) };
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	struct error ignored;

	prefix_set_copy(&exchanged.ask, ask);
	if (launch->options->attest) {
		ruleset_print(ruleset, &text);
		(void)sha256_text(strbuf_text(&text), text.length, exchanged.compiled);
		(void)ruleset_digest_dump(dump, exchanged.read_back, &ignored);
	}
	vec_push(&launch->result->updates, exchanged);
}
