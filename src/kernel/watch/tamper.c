// SPDX-License-Identifier: GPL-2.0-or-later
// The watch over the jail's rules: whoever changes them and is not us ends the job, or is told of.
//
// Theory of operation. The kernel announces every transaction in the namespace with the port of the socket that it came
// from. A port belongs to one socket at a time, and ours stays open as long as the jail: any other port is somebody
// else's, and one transaction of theirs is enough, whatever is there when the rules are read back. What the kernel does
// not say (announcements that found no room) its number of the rules says: it is one more for each transaction, so that
// the launch's, plus our own, plus those that were announced, is what it must be.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel/launch/launch_state.h"
#include "kernel/netlink/nfnetlink.h"

static const struct ruleset *meant(const struct launch *launch)
{
	return launch->exchange.ruleset ? launch->exchange.ruleset : launch->plan->ruleset;
}

// Reads the rules back: the first difference, and for a statement the digest. Whether they are what was meant.
static bool read_back(struct launch *launch, char *digest, struct error *difference)
{
	struct nft_dump dump = { 0 };
	int result = nfnetlink_dump(launch->jail_rules, &dump, difference);

	if (result == 0 && digest && ruleset_digest_dump(&dump, digest, difference) < 0)
		result = difference->code;
	if (result == 0)
		result = ruleset_compare(meant(launch), &dump, difference);
	nft_dump_release(&dump);
	return result == 0;
}

static void end_job(struct launch *launch)
{
	if (launch->options->on_tamper != TAMPER_KILL)
		return;
	launch->watch.ended_job = true;
	(void)syscall(SYS_pidfd_send_signal, launch->init_fd, SIGKILL, NULL, 0);
}

void rules_record(struct launch *launch, const struct tampering *tampering)
{
	struct launch_result *result = launch->result;

	if (result->tampered.count == TAMPERINGS_MAXIMUM) {
		result->tampered_beyond++;
		return;
	}
	vec_push(&result->tampered, *tampering);
	if (launch->options->tampered)
		launch->options->tampered(launch->options->started_data, tampering);
}

// The job ends before anything is looked at: every moment counts.
void rules_notice(struct launch *launch, const struct rules_change *change, const char *what)
{
	struct tampering tampering = { .at = time(NULL) };
	struct error difference = { 0 };

	end_job(launch);
	tampering.ended_job = launch->watch.ended_job;
	if (change && change->name[0])
		(void)snprintf(tampering.process, sizeof(tampering.process), "%s (%u)", change->name, change->process);
	if (what)
		(void)snprintf(tampering.what, sizeof(tampering.what), "%s", what);
	else if (launch->result->tampered.count == TAMPERINGS_MAXIMUM || !read_back(launch, NULL, &difference))
		memcpy(tampering.what, difference.message, sizeof(tampering.what));
	else
		(void)snprintf(tampering.what, sizeof(tampering.what),
			       "what it was cannot be told, since they are again as they were meant");
	rules_record(launch, &tampering);
}

static void take_change(void *data, const struct rules_change *change)
{
	struct launch *launch = data;

	if (change->port == launch->watch.port)
		return;
	launch->watch.foreign++;
	rules_notice(launch, change, NULL);
}

// Transactions that no announcement told of.
static void count(struct launch *launch)
{
	struct rules_watch *watch = &launch->watch;
	struct error ignored;
	uint32_t now;

	if (nfnetlink_generation(launch->jail_rules, &now, &ignored) < 0)
		now = watch->first - 1;  // what cannot be known is not as it should be
	if (now == watch->first + watch->own + watch->foreign)
		return;
	watch->foreign = now - watch->first - watch->own;
	rules_notice(launch, NULL, NULL);
}

static void listen_to(struct launch *launch)
{
	struct watch_sink sink = { .data = launch, .change = take_change };
	struct error ignored;

	if (nfnetlink_watch_read(launch->watch.fd, &sink, &ignored) < 0 || sink.lost)
		count(launch);
}

static size_t watch(void *data, struct pollfd *out)
{
	const struct rules_watch *rules = data;

	out[0] = (struct pollfd){ .fd = rules->fd, .events = POLLIN };
	return 1;
}

static void turn(void *data, const struct pollfd *seen, size_t seen_count)
{
	const struct rules_watch *rules = data;

	(void)seen;
	(void)seen_count;
	listen_to(rules->launch);
}

void rules_take(struct launch *launch, int fd, uint32_t generation)
{
	struct error ignored;

	launch->jail_rules = fd;
	launch->watch.port = nfnetlink_port(fd);
	launch->watch.first = generation;
	if (launch->options->attest)
		(void)read_back(launch, launch->result->attested.rules_start, &ignored);
}

void rules_watch(struct launch *launch, int fd)
{
	launch->watch.fd = fd;
	launch->watch.launch = launch;
	loop_add(&launch->loop, &(struct loop_source){ .data = &launch->watch, .watch = watch, .turn = turn });
}

// A link that is gone has taken its chains along; nobody changed anything, and still they are not what was meant.
static void attest_end(struct launch *launch)
{
	struct tampering tampering = { .at = time(NULL) };
	struct error difference = { 0 };

	if (read_back(launch, launch->result->attested.rules_end, &difference) || launch->result->tampered.count)
		return;
	memcpy(tampering.what, difference.message, sizeof(tampering.what));
	rules_record(launch, &tampering);
}

void rules_finish(struct launch *launch)
{
	if (launch->watch.fd >= 0)
		listen_to(launch);
	if (launch->watch.fd >= 0 && !launch->watch.ended_job)
		count(launch);
	host_rules_finish(launch);
	if (launch->options->attest && launch->jail_rules >= 0)
		attest_end(launch);
	launch->result->attested.end = time(NULL);
}

int rules_ended_job(const struct launch *launch, bool started, struct error *err)
{
	struct launch_result *result = launch->result;

	if (!started)
		return error_set(err, -EPERM, "the jail's rules were changed by somebody else: %s",
				 result->tampered.items[0].what);
	result->wait_status = SIGKILL;
	return 0;
}
