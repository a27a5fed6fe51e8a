// SPDX-License-Identifier: GPL-2.0-or-later
// For live tests: loads a profile's rule set into the network namespace it stands in, reads it back, prints it.
//
//	nft_load PARENT LIMIT PROFILE VERB...
//
// PARENT is the inode of /proc/self/ns/net outside: where that is our own, nothing is done. LIMIT is what a batch may
// have (0: what the socket takes). Verbs: print, load, compare, log (prints the events there are).
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "../unit/nft_profile.h"
#include "base/sha256.h"
#include "kernel/netlink/nfnetlink.h"

struct context {
	const struct ruleset *ruleset;
	size_t limit;
	int log;
};

static int failed(const struct error *err)
{
	fprintf(stderr, "%s\n", err->message);
	return 1;
}

static int do_print(struct context *context)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	ruleset_print(context->ruleset, &text);
	fputs(strbuf_text(&text), stdout);
	return 0;
}

static int do_load(struct context *context)
{
	nft_batch_vec batches = { 0 };
	struct error err = { 0 };
	size_t limit;
	int fd, result = 0;

	if (nfnetlink_open(&fd, &limit, &err))
		return failed(&err);
	if (context->limit)
		limit = context->limit;
	if (ruleset_batches(context->ruleset, limit, &batches, &err))
		result = failed(&err);
	vec_for_each (batch, &batches) {
		if (nfnetlink_commit(fd, batch, &err)) {
			result = failed(&err);
			break;
		}
	}
	fprintf(stderr, "batches: %zu\n", batches.count);
	nft_batches_release(&batches);
	close(fd);
	return result;
}

static int do_compare(struct context *context)
{
	struct nft_dump dump = { 0 };
	char read_back[SHA256_TEXT_SIZE], meant[SHA256_TEXT_SIZE];
	struct error err = { 0 };
	size_t limit;
	int fd, result = 0;

	if (nfnetlink_open(&fd, &limit, &err) || nfnetlink_dump(fd, &dump, &err) ||
	    ruleset_compare(context->ruleset, &dump, &err) || ruleset_digest_dump(&dump, read_back, &err))
		result = failed(&err);
	else if (strcmp(read_back, ruleset_digest(context->ruleset, meant)) != 0)
		result = failed(&(struct error){ .message = "equal rules have two digests" });
	nft_dump_release(&dump);
	return result;
}

static int do_bind(struct context *context)
{
	struct error err = { 0 };

	return nfnetlink_log_open(ruleset_defaults.log_group, &context->log, &err) ? failed(&err) : 0;
}

static void event_print(void *data, const struct log_event *event)
{
	char text[FLOW_TEXT_SIZE];

	(void)data;
	printf("%s:%u %s %s uid %d\n", event->layer, event->rule,
	       event->flow.direction == EGRESS ? "egress" : "ingress", flow_print(&event->flow, text),
	       event->has_uid ? (int)event->uid : -1);
}

static int do_log(struct context *context)
{
	struct log_sink sink = { .event = event_print };
	struct error err = { 0 };

	if (nfnetlink_log_flush(context->log, ruleset_defaults.log_group, &err) ||
	    nfnetlink_log_read(context->log, &sink, &err))
		return failed(&err);
	if (sink.lost || sink.foreign)
		printf("lost %" PRIu64 " foreign %" PRIu64 "\n", sink.lost, sink.foreign);
	return 0;
}

// Lets the script do something while the log is bound.
static int do_wait(struct context *context)
{
	(void)context;
	puts("ready");
	fflush(stdout);
	return getchar() == EOF ? 0 : 0;
}

static const struct {
	const char *name;
	bool writes;
	int (*run)(struct context *context);
} verbs[] = {
	{ "print", false, do_print }, { "load", true, do_load },  { "compare", false, do_compare },
	{ "bind", true, do_bind },    { "wait", false, do_wait }, { "log", false, do_log },
};

static bool own_namespace(const char *parent)
{
	struct stat own;

	return !stat("/proc/self/ns/net", &own) && strtoull(parent, NULL, 10) > 0 &&
	       strtoull(parent, NULL, 10) != own.st_ino;
}

static int run(struct context *context, const char *parent, const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		if (verbs[i].writes && !own_namespace(parent)) {
			fputs("this is the parent's network namespace: nothing done\n", stderr);
			return 2;
		}
		return verbs[i].run(context);
	}
	return 2;
}

int main(int count, char **arguments)
{
	struct context context = { .log = -1 };
	struct ruleset *ruleset;
	int result = 0;

	if (count < 5)
		return 2;
	context.limit = strtoull(arguments[2], NULL, 10);
	ruleset = nft_profile_ruleset(arguments[3]);
	if (!ruleset)
		return 3;
	context.ruleset = ruleset;
	for (int i = 4; i < count && !result; i++)
		result = run(&context, arguments[1], arguments[i]);
	ruleset_free(ruleset);
	return result;
}
