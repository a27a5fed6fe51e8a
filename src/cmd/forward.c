// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail forward`: ports of a running jail's loopback, reached from this host's.
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/number.h"
#include "cmd/jail.h"
#include "cmd/output.h"
#include "kernel/control/port_forward.h"

const struct option_row forward_options[] = { OPTION_HELP, OPTIONS_END };

const struct manual forward_manual = {
	.about = "Listens on this host's 127.0.0.1 and [::1], HOSTPORT or the same PORT, and carries each\n"
		 "connection to PORT of the jail's loopback: inwards only, while this command runs. JAIL, a name\n"
		 "or an id, may be left out when there is only one. `vpcjail run` says after the job which\n"
		 "ports were forwarded, and how many connections. A profile forbids it by network.forward: deny.",
	.examples = { { "vpcjail forward train1 8888", "a notebook server: http://127.0.0.1:8888/" },
		      { "vpcjail forward 6006:16006", "TensorBoard of the only jail, at 127.0.0.1:16006" } },
	.exits = "0 when the jail has ended, 128+n when signal n ended it (130 for Ctrl-C), 1 when nothing\n"
		 "could be forwarded, 2 usage.",
	.see = "vpcjail ps, vpcjail-profile(5)",
};

static bool parse_port(const char *text, size_t length, uint16_t *port)
{
	AUTO_FREE char *copy = memory_copy_bytes(text, length);
	uint64_t number = 0;

	if (number_parse(copy, UINT16_MAX, &number) < 0 || !number)
		return false;
	*port = (uint16_t)number;
	return true;
}

static bool parse_ports(const char *word, struct forward_port *ports)
{
	size_t length = strcspn(word, ":");
	const char *outside = word[length] ? word + length + 1 : word;

	return parse_port(word, length, &ports->inside) &&
	       parse_port(outside, word[length] ? strlen(outside) : length, &ports->outside);
}

static void say_ready(const struct port_forward *forward)
{
	vec_for_each (port, &forward->ports)
		output_message("127.0.0.1:%u leads to port %u of the jail; Ctrl-C ends it", port->outside,
			       port->inside);
}

static void say_failed(const struct error *err)
{
	output_message("forward: %s", err->message);
}

enum status cmd_forward(const struct invocation *invocation)
{
	CLEANUP(registry_state_release) struct registry_state jail = { 0 };
	struct port_forward forward = { .ready = say_ready, .failed = say_failed };
	char *const *words = invocation->operands.items;
	struct error err = { 0 };
	int ended_by = 0;
	// A jail's name begins with a letter.
	const char *wanted = isdigit((unsigned char)words[0][0]) ? NULL : *words++;

	if (!*words) {
		output_message("forward: PORT is missing: `vpcjail forward %s 8888`", wanted);
		return STATUS_USAGE;
	}
	for (; *words; words++) {
		struct forward_port port;
		if (!parse_ports(*words, &port)) {
			output_message("forward: \"%s\" is no port from 1 to 65535, nor PORT:HOSTPORT", *words);
			vec_release(&forward.ports);
			return STATUS_USAGE;
		}
		vec_push(&forward.ports, port);
	}
	AUTO_CLOSE int control = jail_connect(wanted, &jail, &err);
	int result = control < 0 ? control : port_forward_run(control, &forward, &ended_by, &err);
	vec_release(&forward.ports);
	if (result < 0) {
		output_message("forward: %s", err.message);
		return STATUS_NO;
	}
	return ended_by ? (enum status)(128 + ended_by) : STATUS_YES;
}
