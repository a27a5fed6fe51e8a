// SPDX-License-Identifier: GPL-2.0-or-later
// What is promised and what was seen: one row a probe, in memory that all processes of a verification share.
//
// Rows are made before any process starts (conformance.c, edges.c, walls.c); from then on each process writes its own
// part: the range what arrived (range.c), the probe's answers (by driver.c), the launcher what the kernel's log told.
#ifndef VPCJAIL_VERIFY_BOARD_H
#define VPCJAIL_VERIFY_BOARD_H

#include <sys/types.h>

#include "plan/uplink.h"
#include "policy/policy.h"
#include "verify/packet.h"

enum row_kind {
	ROW_SOCKET,   // by a socket of an ordinary process in the jail
	ROW_RAW,      // by a raw socket in the jail's network namespace, which no job has
	ROW_INBOUND,  // from outside to the job
	ROW_FRAME,    // put onto the link in the jail, past every layer: the link's own wall is all that stops it
	ROW_ACT,      // what a job may always do (acts.c)
	ROW_NAME,     // a name is looked up in the jail
	ROW_DOOR,     // a way out that is no packet (doors.c)
	ROW_RULES,    // the kernel's rules, read back
	ROW_KINDS
};

// CONTROL: the same probe in the same range without the jail.
enum phase { PHASE_CONTROL, PHASE_JAIL, PHASES };

// What a probe saw; a positive number is an errno.
enum outcome {
	OUTCOME_SILENT = 0,
	OUTCOME_THROUGH = -1,
	OUTCOME_ABSENT = -2,     // there is no such thing on this kernel or host
	OUTCOME_NOT_TRIED = -3,  // the probe could not even begin
};

enum { BOARD_NAME = 256, BOARD_LAYER = 32 };

struct seen {
	int outcome;
	unsigned arrived;         // packets that came to the range; of ROW_INBOUND, answers of the job
	unsigned denials;         // distinct rules that told a denial
	char layer[BOARD_LAYER];  // of the last of them: layer_name
	unsigned rule;
};

struct board_row {
	enum row_kind kind;
	unsigned promise;  // its index
	struct flow flow;  // of the first three kinds
	enum packet_oddity oddity;
	uint8_t flags;            // of TCP, where it is not a plain SYN
	bool foreign;             // the source is not the job's
	unsigned door;            // its index; of ROW_ACT, too
	char name[BOARD_NAME];    // to look up
	bool local;               // it goes to the host of the range, where no packet is seen
	bool carried;             // the link can carry it, where the policy lets it
	bool beside;              // inbound, and the link brings it from nowhere: it is put onto the link's other end
	bool untried;             // in the jail: what answers there is somebody else
	bool unanswered;          // the policy stops what answers it, as stateless layers may
	bool allowed;             // what is promised; of a name, that it resolves
	char layer[BOARD_LAYER];  // which rule denies; "": whichever
	unsigned rule;
	struct address resolves_to;  // of a name; family NONE: to anything
	struct address resolved;     // in the jail, likewise
	unsigned next;               // of the same key, plus 1
	struct seen seen[PHASES];
};

// A packet that came to the range and that no row is about.
struct stray {
	struct flow flow;
	struct address source;
	unsigned count;
};

// The link of the jail, or of the host without it: what is put onto it by hand has these addresses.
struct board_link {
	char inside[LINK_NAME_SIZE], outside[LINK_NAME_SIZE];  // its name in the jail, and of its other end; "": none
	struct address own[LINK_FAMILIES];
	uint8_t mac[6], next_mac[6];  // its own, and of who takes what leaves by it
};

// One of the range's machines: the host of the jail, or the job as it is seen from outside.
struct board_host {
	struct address own[LINK_FAMILIES];  // family NONE: none
	uint8_t mac[6];
};

enum { BOARD_STRAYS = 32, BOARD_KEYS = 1 << 16 };

struct board {
	enum phase phase;
	enum row_kind kind;  // of the rows that are being tried
	char mutated[64];    // by a test
	unsigned patience;   // milliseconds for what is promised to arrive
	bool deaf;           // the range sees and answers nothing: a test of "inconclusive"
	struct board_host host, job;
	struct board_link link[PHASES];
	enum uplink uplink;                 // of the jail
	bool carried[LINK_FAMILIES];        // its link has the family
	struct stray strays[BOARD_STRAYS];  // of PHASE_JAIL
	size_t stray_count;
	unsigned strays_beyond;                 // packets of further ones, which found the list full
	struct address resolver;                // of the host of the range; its own questions are no strays
	struct address service[LINK_FAMILIES];  // what the range's resolver gives for every name
	unsigned denials_beyond;                // the kernel's log was not read whole
	int status;                             // of the launch: 0 or a negative errno
	struct error error;
	size_t count, capacity;
	pid_t owner;                // of the process that the others end with
	size_t overflow;            // rows that found no room
	unsigned keys[BOARD_KEYS];  // by hash: the first row of that key, plus 1
	struct board_row rows[];
};

// A board of so many rows at most, shared with the processes forked from here on. Released by board_free.
struct board *board_new(size_t capacity);
void board_free(struct board **board);

// Adds a row (copied) and enters it by its key. False when the board is full, or has it already.
bool board_add(struct board *board, const struct board_row *row);

// What was seen of a jail is forgotten, for the next one.
void board_forget(struct board *board);

// A packet came to the range: counts it for the rows of the kind that is being tried. False: it answers what the range
// sent, and is not to be answered in turn, or two who echo never end.
bool board_arrived(struct board *board, const struct packet *packet);

// The same, seen at the other end of the jail's link: answers of the job, and frames that its wall has let out.
void board_passed(struct board *board, const struct packet *packet);

// The kernel's log told of a denial.
void board_denied(struct board *board, const char *layer, unsigned rule, const struct flow *flow);

// The port by which a row's packets are told apart in a phase, where they have one: nothing else uses it as a source.
uint16_t board_source_port(const struct board *board, const struct board_row *row, enum phase phase);

// Whether a row is about the flow, of any kind.
bool board_knows(const struct board *board, const struct flow *flow);

#endif
