// SPDX-License-Identifier: GPL-2.0-or-later
// A flow as somebody asks about it: a name may stand for the address, and tcp need not be written.
#ifndef VPCJAIL_NET_FLOW_QUESTION_H
#define VPCJAIL_NET_FLOW_QUESTION_H

#include <stddef.h>

#include "net/flow.h"

enum { FLOW_NAME_SIZE = 254 };

struct flow_question {
	struct flow flow;           // remote of family NONE while there is a name
	char name[FLOW_NAME_SIZE];  // lower case, without a final dot; "": the flow has its remote
	bool reply;                 // about the packet that answers it
};

// What flow_parse reads, and "s3.eu-west-1.amazonaws.com:443", "udp ntp.corp.example:123", "icmp gpu02": a new egress
// flow. With from, a new ingress flow from that address, of which text says what of the job it is for: "tcp 22",
// "icmp", or a whole flow whose address is the job's. -EINVAL says what is wrong and gives three examples.
int flow_question_parse(const char *text, const struct address *from, struct flow_question *question,
			struct error *err);

// How many of the words, of which there is one at least, make up the first of several flows.
size_t flow_question_words(char *const *words, size_t count);

// Takes a host as it is written, an address or a name, into the question, and whether it is loopback's. -EINVAL.
int flow_question_host(const char *host, struct flow_question *question, struct error *err);

// "tcp s3.eu-west-1.amazonaws.com:443", or what flow_print writes, with "from ADDRESS" for ingress and "reply to" in
// front; out holds FLOW_QUESTION_TEXT_SIZE bytes. Returns out.
enum { FLOW_QUESTION_TEXT_SIZE = FLOW_NAME_SIZE + 64 };
const char *flow_question_print(const struct flow_question *question, char *out);

// Whether a packet to the address stays on loopback.
bool address_is_loopback(const struct address *address);

#endif
