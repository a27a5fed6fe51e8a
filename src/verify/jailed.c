// SPDX-License-Identifier: GPL-2.0-or-later
// Launching the jail under test: see jailed.h.
#include "verify/jailed.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "kernel/host/stand_in.h"
#include "kernel/link/uplink.h"
#include "kernel/loop/channel.h"
#include "plan/doors.h"
#include "plan/environment.h"
#include "verify/describe.h"
#include "verify/hook.h"
#include "verify/probe.h"
#include "verify/site.h"

// Everything a launch is made of, as in cmd/run.c.
struct jailed {
	const struct jailed_request *request;
	struct board *board;
	struct profile profile;
	struct host_facts host;
	struct policy policy;
	struct launch_plan plan;
	struct launch_result result;
	char promised[SHA256_TEXT_SIZE];  // digest of what the rules read back as
};

// What a user without root has on any host.
static int give_up_rights(struct error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	if (geteuid() != 0 && syscall(SYS_capset, &header, none) < 0)
		return error_set_errno(err, -errno, "cannot give up the rights over the test range");
	return 0;
}

static int set_streams(const struct jailed_request *request, struct error *err)
{
	AUTO_CLOSE int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0 || dup2(request->input, STDIN_FILENO) < 0 || dup2(request->output, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		return error_set_errno(err, -errno, "cannot give the probe its streams");
	return 0;
}

// A socket of the range's host under that number, for the jail not to inherit.
static int leave_descriptor(int number, struct error *err)
{
	AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 || dup2(fd, number) < 0 ? error_set_errno(err, -errno, "cannot leave a descriptor open") : 0;
}

static const struct door *door_called(const char *name)
{
	for (size_t i = 0; i < door_count; i++)
		if (doors[i].name && strcmp(doors[i].name, name) == 0)
			return &doors[i];
	return NULL;
}

// What of the doors the launch closes, in its own words.
static void find_doors(struct jailed *jailed)
{
	for (size_t i = 0; i < jailed->board->count; i++) {
		struct board_row *row = &jailed->board->rows[i];
		const struct door *door = row->kind == ROW_DOOR ? door_called(verify_door_name(row->door)) : NULL;
		const char *secret = door ? doors_secret(row->door) : NULL;
		mechanism_set by;
		const char *opener;
		if (door)
			row->allowed = door_state(door, &jailed->plan, &by, &opener) != DOOR_CLOSED ||
				       (secret && environment_is_kept(&jailed->profile.process, secret));
	}
}

static bool has_own_address(enum uplink uplink)
{
	return ruleset_asks_neighbours(uplink);
}

static bool is_in(const port_range_vec *ranges, uint16_t port)
{
	vec_for_each (range, ranges)
		if (range->first <= port && port <= range->last)
			return true;
	return false;
}

// Behind a pair, peers reach the job at ports of the host; behind pasta and without a link, nobody does.
static bool carries_inbound(const struct jailed *jailed, const struct board_row *row)
{
	const struct translation_plan *translation = &jailed->plan.translation;
	bool ported = row->flow.protocol == IPPROTO_TCP || row->flow.protocol == IPPROTO_UDP;

	if (has_own_address(jailed->plan.link.kind))
		return jailed->plan.link.own[row->flow.remote.family == FAMILY_IPV6].address.family != FAMILY_NONE;
	return jailed->plan.link.kind == UPLINK_VETH && ported &&
	       prefix_set_contains(&translation->peers, &row->flow.remote) &&
	       is_in(&translation->peer_ports, row->flow.destination_port);
}

static bool stands_in(const struct translation_plan *translation, const struct flow *flow)
{
	vec_for_each (stand_in, &translation->stand_ins)
		if (policy_match_holds(&stand_in->match, flow))
			return true;
	return false;
}

// pasta knows connections, datagrams and echoes; of the others it makes nothing.
static bool carries_protocol(enum uplink uplink, const struct board_row *row)
{
	return uplink != UPLINK_PASTA || row->kind == ROW_SOCKET || row->flow.protocol == IPPROTO_TCP;
}

// What the link makes of what the policy says. A host that a job cannot even be meant by is nobody's promise.
static void fit_row(const struct jailed *jailed, struct board_row *row)
{
	const struct launch_plan *plan = &jailed->plan;
	const struct board_link *told = &jailed->board->link[PHASE_JAIL];
	size_t family = row->flow.remote.family == FAMILY_IPV6;

	if (row->kind == ROW_INBOUND) {
		row->carried = carries_inbound(jailed, row);
		row->beside = !row->carried && told->outside[0] && told->own[family].family != FAMILY_NONE;
		// Behind the host's address it is the host that answers an echo.
		row->untried = row->untried || (!row->carried && !row->beside && row->flow.protocol != IPPROTO_TCP &&
						row->flow.protocol != IPPROTO_UDP);
		if (!row->carried && !row->beside)
			row->layer[0] = '\0';
		return;
	}
	if (row->kind == ROW_FRAME && plan->link.own[family].address.family == FAMILY_NONE) {
		row->untried = true;
		return;
	}
	// On a subnet the host is not at the other end of the link, and what answers under its address is the outside.
	if (row->local && has_own_address(plan->link.kind)) {
		row->untried = true;
		return;
	}
	if (prefix_set_contains(&plan->translation.elsewhere, &row->flow.remote) && row->allowed) {
		row->carried = false;
		row->allowed = stands_in(&plan->translation, &row->flow);
	}
	if (plan->link.own[family].address.family == FAMILY_NONE || !carries_protocol(plan->link.kind, row))
		row->carried = false;
}

// Of a pair the other end is on the host; where there is no link, the sink has one.
static void describe_link(struct jailed *jailed)
{
	const struct link_plan *link = &jailed->plan.link;
	struct board_link *told = &jailed->board->link[PHASE_JAIL];

	if (link->kind == UPLINK_NONE) {
		*told = site_sink;
		return;
	}
	memcpy(told->inside, link->inside, sizeof(told->inside));
	memcpy(told->outside, link->outside, sizeof(told->outside));
	memcpy(told->mac, link->mac, sizeof(told->mac));
	memcpy(told->next_mac, has_own_address(link->kind) ? range_outside_mac : link->gateway_mac,
	       sizeof(told->next_mac));
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		told->own[i] = link->own[i].address;
}

static void describe(struct jailed *jailed)
{
	struct board *board = jailed->board;
	const struct link_plan *link = &jailed->plan.link;

	board->uplink = link->kind;
	describe_link(jailed);
	board->job = board->host;
	if (has_own_address(link->kind)) {
		for (size_t i = 0; i < LINK_FAMILIES; i++)
			board->job.own[i] = link->own[i].address;
		memcpy(board->job.mac, link->mac, sizeof(link->mac));
	}
	for (size_t i = 0; i < board->count; i++)
		if (board->rows[i].kind <= ROW_FRAME)
			fit_row(jailed, &board->rows[i]);
	find_doors(jailed);
}

static int build(struct jailed *jailed, char *const *command, const int *keep, struct error *err)
{
	struct profile *profile = &jailed->profile;

	if (profile->network.uplink == UPLINK_DEVICE)
		uplink_recover_devices();
	if (host_facts_read(profile, jailed->request->user, &jailed->host, err) < 0 ||
	    stand_ins_resolve(profile, err) < 0 || policy_build(profile, &jailed->policy, err) < 0)
		return err->code;
	return launch_plan_build(&(struct launch_request){ .profile = profile,
							   .policy = &jailed->policy,
							   .host = &jailed->host,
							   .command = command,
							   .environment = environ,
							   .keep_fds = keep,
							   .keep_fd_count = 1,
							   .link = jailed->request->link,
							   .rehearsal = true },
				 &jailed->plan, err);
}

static void hand_over(void *data, int network)
{
	const struct jailed *jailed = data;

	(void)channel_send(jailed->request->channel, &(struct message){ .kind = MESSAGE_STARTED }, network);
}

static void tell_denials(struct jailed *jailed)
{
	const struct run_record *record = &jailed->result.record;

	vec_for_each (event, &record->events)
		if (event->kind == EVENT_PACKET)
			board_denied(jailed->board, event->layer, event->rule, &event->flow);
	jailed->board->denials_beyond += (unsigned)(record->end.beyond + record->end.overruns);
}

// What the kernel had, from the launch to the end, is what the profile compiles to.
static void compare_rules(const struct jailed *jailed)
{
	const struct attested *attested = &jailed->result.attested;
	bool same = strcmp(jailed->promised, attested->rules_start) == 0 &&
		    strcmp(jailed->promised, attested->rules_end) == 0 && !jailed->result.tampered.count;

	for (size_t i = 0; i < jailed->board->count; i++)
		if (jailed->board->rows[i].kind == ROW_RULES)
			jailed->board->rows[i].seen[PHASE_JAIL].outcome = same ? OUTCOME_THROUGH : EBADE;
}

// The launch as a statement, for who adds what was proven to it.
static void write_statement(const struct jailed *jailed)
{
	struct attestation statement = { 0 };
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	if (jailed->request->statement < 0)
		return;
	attestation_describe(&jailed->plan, &jailed->profile, &jailed->result, 0, &statement);
	attestation_write_json(&statement, &text);
	attestation_release(&statement);
	(void)io_write_all(jailed->request->statement, strbuf_text(&text), text.length);
}

static int launch(struct jailed *jailed, struct error *err)
{
	const struct doors_world *world = &jailed->request->world;
	char words[DOORS_WORDS][DOORS_WORD];
	// Without close-on-exec: the probe is executed by this descriptor, wherever the program lies.
	int program = open("/proc/self/exe", O_RDONLY);
	char path[32];
	const struct launch_options options = {
		.stop_timeout = 1, .record = true, .attest = true, .network = hand_over, .started_data = jailed
	};

	if (program < 0)
		return error_set_errno(err, -errno, "cannot open this program");
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
	doors_world_words(world, words);
	char argument[] = PROBE_ARGUMENT;
	char *command[] = { path, argument, words[0], words[1], words[2], words[3], NULL };
	if (leave_descriptor(world->descriptor, err) < 0 || build(jailed, command, &program, err) < 0)
		return err->code;
	(void)ruleset_digest(jailed->plan.ruleset, jailed->promised);
	verify_hook(&jailed->plan, jailed->board);
	describe(jailed);
	if (launch_run(&jailed->plan, &options, &jailed->result, err) < 0)
		return err->code;
	tell_denials(jailed);
	compare_rules(jailed);
	write_statement(jailed);
	return 0;
}

_Noreturn void jailed_run(const struct jailed_request *request, const struct range *range, struct board *board)
{
	struct jailed jailed = { .request = request, .board = board, .profile = *request->profile };
	struct error err = { 0 };

	if (range_enter(range, &err) == 0 && give_up_rights(&err) == 0 && set_streams(request, &err) == 0) {
		range_end_with(board->owner);
		(void)!chdir(request->folder);
		(void)signal(SIGPIPE, SIG_DFL);
		doors_set_secrets();
		(void)launch(&jailed, &err);
	}
	board->error = err;
	board->status = err.code;
	_exit(err.code < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}
