// SPDX-License-Identifier: GPL-2.0-or-later
// `judge PROFILE`: the policy's verdict for each packet on standard input, for tests that bring their own profiles.
//
// A line in: "egress|ingress new|established PROTOCOL REMOTE SOURCE-PORT DESTINATION-PORT TYPE CODE", the protocol as a
// number. A line out: "allowed|denied LAYER", the layer that decided or "-". 2 and a message when anything is wrong,
// and also when the flattened form of the policy, from which routes and walls are made, says otherwise of a new packet.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "policy/policy.h"
#include "profile/load.h"

enum { WRONG = 2, SIZE = 16 << 20 };

static int open_profile(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
			struct error *err)
{
	(void)data;
	(void)from;
	*path = memory_copy_text(name);
	return io_read_file(name, SIZE, text, length, err);
}

static int load(const char *file, struct policy *policy)
{
	const struct profile_source source = { .open = open_profile, .read = open_profile };
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	AUTO_STRBUF struct strbuf said = { 0 };
	struct error err = { 0 };

	if (profile_load(&source, file, &profile, &mistakes) < 0) {
		mistakes_format(&mistakes, &said);
		fputs(strbuf_text(&said), stderr);
		return -EINVAL;
	}
	if (policy_build(&profile, policy, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		return -EINVAL;
	}
	return 0;
}

// Which of the two words the text is, or -EINVAL.
static int either(const char *text, const char *first, const char *second)
{
	return strcmp(text, first) == 0 ? 0 : strcmp(text, second) == 0 ? 1 : -EINVAL;
}

static int read_flow(const char *line, struct flow *flow)
{
	char direction_text[12], state_text[16], remote[64];
	unsigned protocol, source, destination, type, code;
	int end = 0;

	if (sscanf(line, "%11s %15s %u %63s %u %u %u %u %n", direction_text, state_text, &protocol, remote, &source,
		   &destination, &type, &code, &end) != 8 ||
	    line[end] || protocol > UINT8_MAX || source > UINT16_MAX || destination > UINT16_MAX || type > UINT8_MAX ||
	    code > UINT8_MAX)
		return -EINVAL;
	int direction = either(direction_text, "egress", "ingress"), state = either(state_text, "new", "established");
	if (direction < 0 || state < 0)
		return -EINVAL;
	*flow = (struct flow){
		.direction = (enum direction)direction,
		.state = (enum flow_state)state,
		.protocol = (int)protocol,
		.source_port = (uint16_t)source,
		.destination_port = (uint16_t)destination,
		.icmp_type = (uint8_t)type,
		.icmp_code = (uint8_t)code,
	};
	return address_parse(remote, &flow->remote, NULL);
}

int main(int count, char **arguments)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	char line[256];

	if (count != 2 || load(arguments[1], &policy) < 0)
		return WRONG;
	while (fgets(line, sizeof(line), stdin)) {
		struct flow flow;

		if (read_flow(line, &flow) < 0) {
			fprintf(stderr, "no packet: %s", line);
			return WRONG;
		}
		struct judgement found = policy_evaluate(&policy, &flow);
		if (flow.state == FLOW_NEW && reach_contains(&policy.reach[flow.direction], &flow) != found.allowed) {
			fprintf(stderr, "what the policy reaches says otherwise: %s", line);
			return WRONG;
		}
		printf("%s %s\n", found.allowed ? "allowed" : "denied",
		       found.layer ? layer_name(found.layer->kind, flow.direction) : "-");
	}
	return 0;
}
