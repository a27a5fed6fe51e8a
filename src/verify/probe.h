// SPDX-License-Identifier: GPL-2.0-or-later
// The process that tries: an ordinary program in the jail, and the same one in the range without a jail.
//
// It reads asks from standard input and writes an answer to each to standard output; both are this program, so the
// forms are plain structs. It looks at nothing else of the board.
#ifndef VPCJAIL_VERIFY_PROBE_H
#define VPCJAIL_VERIFY_PROBE_H

#include "verify/board.h"
#include "verify/doors.h"

// The first argument by which the program is told to be this process.
#define PROBE_ARGUMENT "--verify-probe"
enum { PROBE_WORDS = DOORS_WORDS };  // that follow it

enum ask_kind {
	ASK_FLOW,    // a conversation with flow.remote: connect, or send one packet
	ASK_FRAME,   // the same as a frame on a link, past the stack
	ASK_RAW,     // a packet made by hand (raw.c), which needs all rights over the network
	ASK_ACT,     // acts.c
	ASK_NAME,    // what the name resolves to
	ASK_DOOR,    // doors.c
	ASK_LISTEN,  // be there for what comes to flow.destination_port, TCP or UDP
	ASK_GO,  // answer the asks so far; what is silent for `wait`, or much longer if it is awaited, stays unanswered
};

struct ask {
	enum ask_kind kind;
	unsigned row;
	struct flow flow;
	enum packet_oddity oddity;  // of ASK_RAW, and so on
	uint8_t flags;
	bool foreign;
	struct board_link link;  // of ASK_FRAME
	unsigned door;
	bool awaited;             // an answer is promised
	unsigned wait, patience;  // milliseconds
	char name[BOARD_NAME];
};

// One an ask, in any order; then one of row ANSWER_END.
enum { ANSWER_END = 0x7fffffff, ANSWER_NOBODY = 0x7ffffffe /* no row's */ };

struct answer {
	unsigned row;
	int outcome;
	struct address address;  // of a name
};

// Works until standard input ends; words: what stands outside (doors.h). Never returns.
_Noreturn void probe_main(char *const *words);

// Sends the packet of an ASK_RAW; flow.source_port is its source. OUTCOME_SILENT when it was sent, or an errno: of a
// rule that refuses it at once, too.
int raw_send(const struct ask *ask);
int frame_send(const struct ask *ask);

#endif
