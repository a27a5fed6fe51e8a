// SPDX-License-Identifier: GPL-2.0-or-later
// A line of a file of flows: fields between tabs, a JSON object, or a flow as on the command line.
//
//	tcp<TAB>52.216.1.1<TAB>443[<TAB>out]
//	icmp<TAB>10.0.0.9<TAB>8/0<TAB>in
//	{"protocol": "tcp", "remote": "52.216.1.1", "port": 443, "direction": "egress"}
//	tcp 52.216.1.1:443
//
// The direction is out or egress (unless given), in or ingress, and reply-out or reply-in: the packet that answers a
// flow which began outwards or inwards. The port is the conversation's: the one that its first packet goes to. ICMP has
// TYPE or TYPE/CODE there, or "-" for an echo request; a protocol without either has "-".
#ifndef VPCJAIL_POLICY_FLOW_LINE_H
#define VPCJAIL_POLICY_FLOW_LINE_H

#include <stddef.h>

#include "net/flow_question.h"

enum { FLOW_LINE_SIZE = 1024 };  // with its end

// Reads one line of length bytes, without its newline; text[length] is '\0'. 1: a flow, in *question; 0: blank or a
// comment; -EINVAL with what is wrong and what to write.
int flow_line_read(char *text, size_t length, struct flow_question *question, struct error *err);

#endif
