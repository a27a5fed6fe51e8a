// SPDX-License-Identifier: GPL-2.0-or-later
// verify/judge: a row as promised and what was seen → what is said of it; and what becomes of a promise and of all.
#include "policy_fixture.h"

#include <errno.h>
#include <netinet/in.h>

#include "base/cleanup.h"
#include "verify/doors.h"
#include "verify/judge.h"

enum { SILENT = OUTCOME_SILENT, THROUGH = OUTCOME_THROUGH, ABSENT = OUTCOME_ABSENT, NOT_TRIED = OUTCOME_NOT_TRIED };

// The first door, a descriptor that is left open for it, and one that is the kernel's (process_memory).
enum { OUR_DOOR = 0, OTHER_DOOR = 4 };

#define ADDRESS4                                                                                                       \
	{                                                                                                              \
		FAMILY_IPV4, 0xc6336442                                                                                \
	}
#define FLOW(number) .flow = { .protocol = (number), .remote = ADDRESS4, .destination_port = 443, .icmp_type = 8 }
#define SOCKET(number) .kind = ROW_SOCKET, .carried = true, FLOW(number)
#define TCP_SOCKET SOCKET(IPPROTO_TCP)
#define RAW .kind = ROW_RAW, .carried = true, FLOW(IPPROTO_TCP)
#define INBOUND .kind = ROW_INBOUND, .carried = true, FLOW(IPPROTO_TCP)
#define FRAME .kind = ROW_FRAME, .carried = true, FLOW(IPPROTO_TCP)
#define BY(name, number) .layer = (name), .rule = (number)

// What was seen: {outcome, packets that arrived, rules that told a denial, the last of them}.
#define CONTROL(...) .seen[PHASE_CONTROL] = { __VA_ARGS__ }
#define JAIL(...) .seen[PHASE_JAIL] = { __VA_ARGS__ }
#define GOOD CONTROL(THROUGH, 1)  // the control of a socket got through

#define NO_CONTROL "without the jail it does not get through either"
#define LEAK "denied, and it gets through"

static const struct judged {
	struct board_row row;
	enum held held;
	const char *why;  // stands in it; "": nothing is said
	enum on_deny on_deny;
	unsigned beyond;
} rows[] = {
	// Allowed.
	{ { TCP_SOCKET, .allowed = true, GOOD, JAIL(THROUGH, 1) }, HELD, "" },
	{ { TCP_SOCKET, .allowed = true, CONTROL(SILENT), JAIL(THROUGH, 1) }, HELD, "" },
	// An answer of somebody else than the range.
	{ { TCP_SOCKET, .allowed = true, GOOD, JAIL(THROUGH) }, HELD_NOT, "it does not get through: it got through" },
	{ { TCP_SOCKET, .allowed = true, .local = true, GOOD, JAIL(THROUGH) }, HELD, "" },
	{ { TCP_SOCKET, .allowed = true, GOOD, JAIL(SILENT, 1) }, HELD_NOT, "it does not get through: no answer" },
	{ { TCP_SOCKET, .allowed = true, GOOD, JAIL(EPERM) }, HELD_NOT, "through: Operation not permitted" },
	{ { TCP_SOCKET, .allowed = true, GOOD, JAIL(NOT_TRIED) }, HELD_NOT, "through: it was not tried" },
	{ { TCP_SOCKET, .allowed = true, GOOD, JAIL(ABSENT) }, HELD_NOT, "through: there is no such thing" },
	{ { TCP_SOCKET, .allowed = true, GOOD, JAIL(SILENT, 0, 1, "sg_egress", 3) },
	  HELD_NOT,
	  "allowed, and denied by sg_egress rule 3" },
	{ { TCP_SOCKET, .allowed = true, CONTROL(SILENT), JAIL(SILENT) }, HELD_INCONCLUSIVE, NO_CONTROL },
	{ { TCP_SOCKET, .allowed = true, CONTROL(THROUGH), JAIL(SILENT) }, HELD_INCONCLUSIVE, NO_CONTROL },
	{ { RAW, .allowed = true, CONTROL(SILENT, 1), JAIL(SILENT, 1) }, HELD, "" },
	{ { RAW, .allowed = true, CONTROL(SILENT, 1), JAIL(SILENT) }, HELD_NOT, "it does not get through: no answer" },
	{ { RAW, .allowed = true, CONTROL(SILENT), JAIL(SILENT) }, HELD_INCONCLUSIVE, NO_CONTROL },
	{ { RAW, .allowed = true, CONTROL(THROUGH), JAIL(THROUGH) }, HELD_INCONCLUSIVE, NO_CONTROL },
	{ { INBOUND, .allowed = true, CONTROL(NOT_TRIED, 1), JAIL(NOT_TRIED, 1) }, HELD, "" },
	{ { INBOUND, .allowed = true, CONTROL(NOT_TRIED, 1), JAIL(NOT_TRIED) }, HELD_NOT, "it does not get through" },
	{ { INBOUND, .allowed = true, CONTROL(NOT_TRIED), JAIL(NOT_TRIED) }, HELD_INCONCLUSIVE, NO_CONTROL },

	// What answers is stopped by the policy itself: in the jail it is enough that it arrives.
	{ { TCP_SOCKET, .allowed = true, .unanswered = true, GOOD, JAIL(SILENT, 1) }, HELD, "" },
	{ { TCP_SOCKET, .allowed = true, .unanswered = true, GOOD, JAIL(SILENT) },
	  HELD_NOT,
	  "it does not get through" },
	{ { TCP_SOCKET, .allowed = true, .unanswered = true, CONTROL(SILENT, 1), JAIL(SILENT) },
	  HELD_INCONCLUSIVE,
	  NO_CONTROL },

	// Not carried by the link: of what is allowed alone, and only where it did not get through.
	{ { .kind = ROW_RAW, FLOW(IPPROTO_TCP), .allowed = true, CONTROL(SILENT, 1) }, HELD_NOT_CARRIED, "" },
	{ { .kind = ROW_RAW, FLOW(IPPROTO_TCP), .allowed = true, CONTROL(SILENT) }, HELD_NOT_CARRIED, "" },
	{ { .kind = ROW_RAW, FLOW(IPPROTO_TCP), .allowed = true, JAIL(SILENT, 1) }, HELD, "" },
	{ { .kind = ROW_RAW, FLOW(IPPROTO_TCP), CONTROL(SILENT, 1), JAIL(SILENT, 1) }, HELD_NOT, LEAK },
	// A rule that told of it would be one that the policy does not have.
	{ { .kind = ROW_RAW,
	    FLOW(IPPROTO_TCP),
	    .allowed = true,
	    CONTROL(SILENT, 1),
	    JAIL(SILENT, 0, 1, "sg_egress", 3) },
	  HELD_NOT,
	  "allowed, and denied by sg_egress rule 3" },

	// Denied. What arrived was let out, whatever else was seen.
	{ { TCP_SOCKET, GOOD, JAIL(THROUGH, 1) }, HELD_NOT, LEAK },
	{ { TCP_SOCKET, GOOD, JAIL(THROUGH) }, HELD_NOT, LEAK },
	{ { TCP_SOCKET, GOOD, JAIL(ECONNREFUSED, 1) }, HELD_NOT, LEAK },
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(ECONNREFUSED, 1, 1, "sg_egress", 3) }, HELD_NOT, LEAK },
	{ { TCP_SOCKET, CONTROL(SILENT), JAIL(NOT_TRIED, 1) }, HELD_NOT, LEAK },
	{ { TCP_SOCKET, .local = true, CONTROL(SILENT), JAIL(THROUGH) }, HELD_NOT, LEAK },
	{ { RAW, CONTROL(SILENT), JAIL(SILENT, 1) }, HELD_NOT, LEAK },
	{ { RAW, BY("packet_egress", 1), CONTROL(SILENT, 1), JAIL(SILENT, 1, 1, "packet_egress", 1) }, HELD_NOT, LEAK },
	{ { INBOUND, CONTROL(NOT_TRIED, 1), JAIL(NOT_TRIED, 1) }, HELD_NOT, LEAK },
	{ { TCP_SOCKET, GOOD, JAIL(ECONNREFUSED, 1) }, HELD_NOT, LEAK, .beyond = 1 },
	// That a packet could not even be sent is no denial, unless a rule or a hook of the link says so.
	{ { RAW, CONTROL(SILENT, 1), JAIL(ENETUNREACH) }, HELD_INCONCLUSIVE, "it could not be sent (Network is" },
	{ { FRAME, CONTROL(SILENT, 1), JAIL(ENXIO) }, HELD_INCONCLUSIVE, "it could not be sent" },
	{ { FRAME, CONTROL(SILENT, 1), JAIL(ENOBUFS) }, HELD, "" },

	// Without a control nothing is held.
	{ { TCP_SOCKET, CONTROL(SILENT), JAIL(ECONNREFUSED) }, HELD_INCONCLUSIVE, NO_CONTROL " (no answer)" },
	{ { TCP_SOCKET, CONTROL(THROUGH), JAIL(ECONNREFUSED) }, HELD_INCONCLUSIVE, NO_CONTROL " (it got through)" },
	{ { TCP_SOCKET, CONTROL(ENETUNREACH, 1), JAIL(ECONNREFUSED) },
	  HELD_INCONCLUSIVE,
	  NO_CONTROL " (Network is unreachable)" },
	{ { TCP_SOCKET, BY("sg_egress", 3), CONTROL(NOT_TRIED), JAIL(ECONNREFUSED, 0, 1, "sg_egress", 3) },
	  HELD_INCONCLUSIVE,
	  NO_CONTROL " (it was not tried)" },
	{ { TCP_SOCKET, .local = true, CONTROL(SILENT), JAIL(ECONNREFUSED) }, HELD_INCONCLUSIVE, NO_CONTROL },
	{ { RAW, CONTROL(THROUGH), JAIL(SILENT) }, HELD_INCONCLUSIVE, NO_CONTROL },
	{ { RAW, BY("packet_egress", 1), JAIL(SILENT, 0, 1, "packet_egress", 1) }, HELD_INCONCLUSIVE, NO_CONTROL },
	{ { INBOUND, JAIL(NOT_TRIED) }, HELD_INCONCLUSIVE, NO_CONTROL },

	// Frames: only that none is seen at the link's other end.
	{ { FRAME, CONTROL(SILENT, 1), JAIL(SILENT) }, HELD, "" },
	{ { FRAME, CONTROL(SILENT, 1), JAIL(SILENT, 1) }, HELD_NOT, LEAK },
	{ { FRAME, CONTROL(SILENT), JAIL(SILENT) }, HELD_INCONCLUSIVE, NO_CONTROL },
	{ { FRAME, CONTROL(THROUGH), JAIL(SILENT) }, HELD_INCONCLUSIVE, NO_CONTROL },
	{ { FRAME, CONTROL(SILENT, 1), JAIL(NOT_TRIED) }, HELD_INCONCLUSIVE, "it was not tried" },
	{ { FRAME, CONTROL(SILENT, 1), JAIL(EPERM) }, HELD, "" },

	// Not tried in the jail; of what comes in, nobody in the jail tries anything.
	{ { TCP_SOCKET, GOOD, JAIL(NOT_TRIED) }, HELD_INCONCLUSIVE, "it was not tried" },
	{ { RAW, CONTROL(SILENT, 1), JAIL(NOT_TRIED) }, HELD_INCONCLUSIVE, "it was not tried" },
	{ { INBOUND, CONTROL(NOT_TRIED, 1), JAIL(NOT_TRIED) }, HELD, "" },

	// What a program observes of it.
	{ { TCP_SOCKET, GOOD, JAIL(ECONNREFUSED) }, HELD, "" },
	{ { TCP_SOCKET, GOOD, JAIL(EPERM) }, HELD_NOT, "the program observes: Operation not permitted" },
	{ { TCP_SOCKET, GOOD, JAIL(SILENT) }, HELD_NOT, "the program observes: no answer" },
	{ { TCP_SOCKET, GOOD, JAIL(ABSENT) }, HELD_NOT, "the program observes: there is no such thing" },
	{ { TCP_SOCKET, GOOD, JAIL(SILENT) }, HELD, "", ON_DENY_DROP },
	{ { TCP_SOCKET, GOOD, JAIL(ECONNREFUSED) }, HELD_NOT, "observes: Connection refused", ON_DENY_DROP },
	{ { SOCKET(IPPROTO_UDP), GOOD, JAIL(EPERM) }, HELD, "" },
	{ { SOCKET(IPPROTO_UDP), GOOD, JAIL(ECONNREFUSED) }, HELD_NOT, "observes: Connection refused" },
	{ { SOCKET(IPPROTO_UDP), GOOD, JAIL(SILENT) }, HELD_NOT, "observes: no answer" },
	{ { SOCKET(IPPROTO_UDP), GOOD, JAIL(SILENT) }, HELD, "", ON_DENY_DROP },
	{ { SOCKET(IPPROTO_UDP), GOOD, JAIL(EPERM) }, HELD_NOT, "observes: Operation not permitted", ON_DENY_DROP },
	{ { SOCKET(IPPROTO_ICMP), GOOD, JAIL(SILENT) }, HELD, "" },
	{ { SOCKET(IPPROTO_ICMP), GOOD, JAIL(EACCES) }, HELD, "", ON_DENY_DROP },
	{ { SOCKET(IPPROTO_ICMPV6), GOOD, JAIL(EACCES) }, HELD, "", ON_DENY_DROP },
	{ { TCP_SOCKET, .local = true, CONTROL(THROUGH), JAIL(SILENT) }, HELD, "" },
	{ { RAW, CONTROL(SILENT, 1), JAIL(EPERM) }, HELD, "" },
	{ { INBOUND, CONTROL(NOT_TRIED, 1), JAIL(NOT_TRIED) }, HELD, "", ON_DENY_DROP },

	// Which rule told of it.
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(ECONNREFUSED, 0, 1, "sg_egress", 3) }, HELD, "" },
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(ECONNREFUSED, 0, 1, "sg_egress", 4) },
	  HELD_NOT,
	  "denied by sg_egress rule 4 instead of sg_egress rule 3" },
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(ECONNREFUSED, 0, 1, "nacl_egress", 3) },
	  HELD_NOT,
	  "denied by nacl_egress rule 3 instead of sg_egress rule 3" },
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(ECONNREFUSED, 0, 2, "sg_egress", 3) }, HELD_NOT, "denied by" },
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(ECONNREFUSED) },
	  HELD_NOT,
	  "stopped, but not by sg_egress rule 3: no rule told of it (Connection refused)" },
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(EPERM, 0, 1, "sg_egress", 3) }, HELD_NOT, "observes" },
	{ { RAW, BY("packet_egress", 1001), CONTROL(SILENT, 1), JAIL(SILENT, 0, 1, "packet_egress", 1001) }, HELD, "" },
	{ { RAW, BY("packet_egress", 1001), CONTROL(SILENT, 1), JAIL(SILENT) }, HELD_NOT, "told of it (no answer)" },
	{ { INBOUND, BY("sg_ingress", 1), CONTROL(NOT_TRIED, 1), JAIL(NOT_TRIED, 0, 1, "sg_ingress", 1) }, HELD, "" },
	{ { INBOUND, BY("sg_ingress", 1), CONTROL(NOT_TRIED, 1), JAIL(NOT_TRIED, 0, 1, "sg_ingress", 2) },
	  HELD_NOT,
	  "sg_ingress rule 2 instead of sg_ingress rule 1" },
	// Whichever rule: none has to tell, and any may.
	{ { RAW, CONTROL(SILENT, 1), JAIL(SILENT, 0, 2, "sg_egress", 4) }, HELD, "" },
	// No ping socket is made where the policy lets no echo out; of other ones a rule tells.
	{ { SOCKET(IPPROTO_ICMP), BY("sg_egress", 3), GOOD, JAIL(EACCES) }, HELD, "" },
	{ { SOCKET(IPPROTO_ICMPV6), BY("sg_egress", 3), GOOD, JAIL(EACCES) }, HELD, "", .beyond = 1 },
	{ { SOCKET(IPPROTO_ICMP), BY("sg_egress", 3), GOOD, JAIL(EACCES, 0, 1, "sg_egress", 4) }, HELD_NOT, "rule 4" },
	{ { SOCKET(IPPROTO_UDP), BY("sg_egress", 3), GOOD, JAIL(EPERM) }, HELD_NOT, "no rule told of it" },
	{ { .kind = ROW_RAW,
	    .carried = true,
	    FLOW(IPPROTO_ICMP),
	    BY("sg_egress", 3),
	    CONTROL(SILENT, 1),
	    JAIL(SILENT) },
	  HELD_NOT,
	  "no rule told of it" },
	// The kernel's log was not read whole: that no rule told of it says nothing; that one did still does.
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(ECONNREFUSED) },
	  HELD_INCONCLUSIVE,
	  "the kernel's log was not read whole",
	  .beyond = 7 },
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(ECONNREFUSED, 0, 1, "sg_egress", 3) }, HELD, "", .beyond = 7 },
	{ { TCP_SOCKET, BY("sg_egress", 3), GOOD, JAIL(ECONNREFUSED, 0, 1, "sg_egress", 4) },
	  HELD_NOT,
	  "rule 4 instead",
	  .beyond = 7 },
	{ { TCP_SOCKET, GOOD, JAIL(ECONNREFUSED) }, HELD, "", .beyond = 7 },

	// Doors: allowed says that the launch leaves it open.
	{ { .kind = ROW_DOOR, CONTROL(THROUGH), JAIL(EPERM) }, HELD, "" },
	{ { .kind = ROW_DOOR, CONTROL(THROUGH), JAIL(SILENT) }, HELD, "" },
	{ { .kind = ROW_DOOR, CONTROL(THROUGH), JAIL(ABSENT) }, HELD, "" },
	{ { .kind = ROW_DOOR, CONTROL(THROUGH), JAIL(THROUGH) }, HELD_NOT, "it is open" },
	{ { .kind = ROW_DOOR, CONTROL(EPERM), JAIL(THROUGH) }, HELD_NOT, "it is open" },
	{ { .kind = ROW_DOOR, CONTROL(THROUGH), JAIL(NOT_TRIED) }, HELD_INCONCLUSIVE, "it was not tried" },
	{ { .kind = ROW_DOOR, .allowed = true, CONTROL(THROUGH), JAIL(NOT_TRIED) },
	  HELD_INCONCLUSIVE,
	  "it was not tried" },
	// What is put there for it must be found without the jail; of others the kernel or the user may have none.
	{ { .kind = ROW_DOOR, .door = OTHER_DOOR, CONTROL(ABSENT), JAIL(ABSENT) }, HELD_ABSENT, "" },
	{ { .kind = ROW_DOOR, .door = OTHER_DOOR, CONTROL(EPERM), JAIL(EPERM) }, HELD_ABSENT, "" },
	{ { .kind = ROW_DOOR, .door = OTHER_DOOR, CONTROL(SILENT), JAIL(EPERM) },
	  HELD_INCONCLUSIVE,
	  "not open either (no" },
	{ { .kind = ROW_DOOR, .door = OTHER_DOOR, CONTROL(NOT_TRIED), JAIL(EPERM) },
	  HELD_INCONCLUSIVE,
	  "not open either" },
	{ { .kind = ROW_DOOR, .door = OUR_DOOR, CONTROL(EPERM), JAIL(EPERM) }, HELD_INCONCLUSIVE, "not open either" },
	{ { .kind = ROW_DOOR, .door = OUR_DOOR, CONTROL(ABSENT), JAIL(ABSENT) }, HELD_INCONCLUSIVE, "not open either" },
	{ { .kind = ROW_DOOR, .allowed = true, CONTROL(THROUGH), JAIL(THROUGH) }, HELD_ABSENT, "" },
	{ { .kind = ROW_DOOR, .allowed = true, CONTROL(THROUGH), JAIL(EPERM) }, HELD_ABSENT, "" },

	// Names.
	{ { .kind = ROW_NAME, CONTROL(THROUGH), JAIL(SILENT) }, HELD, "" },
	{ { .kind = ROW_NAME, CONTROL(THROUGH), JAIL(THROUGH) }, HELD_NOT, "it resolves" },
	{ { .kind = ROW_NAME, CONTROL(SILENT), JAIL(THROUGH) }, HELD_NOT, "it resolves" },
	{ { .kind = ROW_NAME, CONTROL(SILENT), JAIL(SILENT) },
	  HELD_INCONCLUSIVE,
	  "without the jail it does not resolve" },
	{ { .kind = ROW_NAME, CONTROL(THROUGH), JAIL(NOT_TRIED) }, HELD_INCONCLUSIVE, "it was not tried" },
	{ { .kind = ROW_NAME, .allowed = true, JAIL(NOT_TRIED) }, HELD_INCONCLUSIVE, "it was not tried" },
	{ { .kind = ROW_NAME, .allowed = true, JAIL(THROUGH) }, HELD, "" },
	{ { .kind = ROW_NAME, .allowed = true, CONTROL(THROUGH), JAIL(SILENT) }, HELD_NOT, "it does not resolve" },
	{ { .kind = ROW_NAME, .allowed = true, .resolves_to = ADDRESS4, .resolved = ADDRESS4, JAIL(THROUGH) },
	  HELD,
	  "" },
	{ { .kind = ROW_NAME, .allowed = true, .resolved = ADDRESS4, JAIL(THROUGH) }, HELD, "" },
	{ { .kind = ROW_NAME,
	    .allowed = true,
	    .resolves_to = ADDRESS4,
	    .resolved = { FAMILY_IPV4, 0x0a000001 },
	    JAIL(THROUGH) },
	  HELD_NOT,
	  "it resolves to 10.0.0.1" },

	// The rules, read back.
	{ { .kind = ROW_RULES, JAIL(THROUGH) }, HELD, "" },
	{ { .kind = ROW_RULES, JAIL(NOT_TRIED) }, HELD_INCONCLUSIVE, "they were not read" },
	{ { .kind = ROW_RULES, JAIL(EBADE) }, HELD_NOT, "other ones than the profile compiles to" },
	{ { .kind = ROW_RULES, JAIL(SILENT) }, HELD_NOT, "other ones than the profile compiles to" },
};

static void test_rows(void **state)
{
	struct board *board = board_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct policy policy = { .on_deny = rows[i].on_deny };
		AUTO_STRBUF struct strbuf why = { 0 };

		board->denials_beyond = rows[i].beyond;
		enum held held = judge_row(board, &policy, &rows[i].row, &why);
		bool said = rows[i].why[0] ? strstr(strbuf_text(&why), rows[i].why) != NULL : why.length == 0;
		if (held != rows[i].held || !said)
			fail_msg("row %zu: %s, \"%s\" instead of %s, \"%s\"", i, held_name(held), strbuf_text(&why),
				 held_name(rows[i].held), rows[i].why);
	}
	board_free(&board);
}

// Whatever was seen: a denial is held only where the control got through and nothing arrived, and what was not held or
// is inconclusive is explained.
static void test_every_sight(void **state)
{
	static const int outcomes[] = { SILENT, THROUGH, ABSENT, NOT_TRIED, EPERM, ECONNREFUSED };
	enum { OUTCOMES = sizeof(outcomes) / sizeof(outcomes[0]) };
	struct board *board = board_new(0);
	const struct policy policy = { .on_deny = ON_DENY_REJECT };
	unsigned seen[HELD_KINDS] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 4 * 2 * OUTCOMES * OUTCOMES * 2 * 2 * 2; i++) {
		unsigned rest = i;
		struct board_row row = { TCP_SOCKET };
		struct seen *control = &row.seen[PHASE_CONTROL], *jail = &row.seen[PHASE_JAIL];
		AUTO_STRBUF struct strbuf why = { 0 };

		row.kind = rest % 4;
		rest /= 4;
		row.allowed = rest % 2;
		rest /= 2;
		control->outcome = outcomes[rest % OUTCOMES];
		rest /= OUTCOMES;
		jail->outcome = outcomes[rest % OUTCOMES];
		rest /= OUTCOMES;
		control->arrived = rest % 2;
		jail->arrived = rest / 2 % 2;
		jail->denials = rest / 4;
		enum held held = judge_row(board, &policy, &row, &why);
		bool got = control->arrived && (row.kind != ROW_SOCKET || control->outcome == THROUGH);
		seen[held]++;
		assert_int_equal(why.length > 0, held == HELD_NOT || held == HELD_INCONCLUSIVE);
		if (row.allowed && held == HELD)
			assert_true(jail->arrived);
		if (row.allowed && held == HELD_NOT)
			assert_true(got);
		if (!row.allowed && held == HELD)
			assert_true(got && !jail->arrived);
		if (!row.allowed && jail->arrived)
			assert_int_equal(held, HELD_NOT);
	}
	assert_true(seen[HELD] && seen[HELD_NOT] && seen[HELD_INCONCLUSIVE]);
	board_free(&board);
}

static void test_names(void **state)
{
	static const char *const names[HELD_KINDS] = { "held", "NOT HELD", "inconclusive", "not here", "not carried" };

	(void)state;
	for (enum held held = 0; held < HELD_KINDS; held++)
		assert_string_equal(held_name(held), names[held]);
}

static void test_describe(void **state)
{
	static const struct {
		struct board_row row;
		const char *text;
	} described[] = {
		{ { .kind = ROW_NAME, .name = "www.example.com" }, "name www.example.com" },
		{ { .kind = ROW_RULES }, "the rules, read back" },
		{ { TCP_SOCKET }, "tcp 198.51.100.66:443" },
		{ { RAW }, "tcp 198.51.100.66:443" },
		{ { INBOUND }, "inbound tcp 198.51.100.66:443" },
		{ { FRAME }, "frame tcp 198.51.100.66:443" },
		{ { RAW, .oddity = PACKET_FRAGMENT }, "tcp 198.51.100.66:443, a later fragment" },
		{ { RAW, .oddity = PACKET_HEADERS }, "tcp 198.51.100.66:443, with an extension header" },
		{ { RAW, .oddity = PACKET_OPTIONS }, "tcp 198.51.100.66:443, with IP options" },
		{ { RAW, .flags = PACKET_ACK }, "tcp 198.51.100.66:443, not a SYN alone" },
		{ { RAW, .foreign = true }, "tcp 198.51.100.66:443, from a foreign source" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(described) / sizeof(described[0]); i++) {
		AUTO_STRBUF struct strbuf text = { 0 };

		judge_describe(&described[i].row, &text);
		assert_string_equal(strbuf_text(&text), described[i].text);
	}
	for (unsigned i = 0; i < verify_door_count; i++) {
		const struct board_row door = { .kind = ROW_DOOR, .door = i };
		AUTO_FREE char *expected = memory_format("door %s", verify_door_name(i));
		AUTO_STRBUF struct strbuf text = { 0 };

		judge_describe(&door, &text);
		assert_string_equal(strbuf_text(&text), expected);
	}
}

// One row that is judged as asked, of a destination of its own.
static struct board_row row_of(enum held held, unsigned promise, unsigned number)
{
	struct board_row row = { RAW, .promise = promise };

	row.flow.remote.bits += number;
	row.allowed = held == HELD_NOT_CARRIED;
	row.kind = held == HELD_ABSENT ? ROW_DOOR : ROW_RAW;
	row.door = OTHER_DOOR;
	return row;
}

static void see(struct board_row *row, enum held held)
{
	row->carried = held != HELD_NOT_CARRIED;
	row->seen[PHASE_CONTROL] = (struct seen){ .outcome = held == HELD_ABSENT ? OUTCOME_ABSENT : OUTCOME_SILENT,
						  .arrived = held != HELD_INCONCLUSIVE };
	row->seen[PHASE_JAIL] = (struct seen){ .arrived = held == HELD_NOT };
}

// The rows' kinds → the promise's, and of which row is said why; -1: of none.
static const struct {
	enum held rows[3];
	enum held promise;
	int why;
} worst[] = {
	{ { HELD, HELD, HELD }, HELD, -1 },
	{ { HELD, HELD_NOT, HELD }, HELD_NOT, 1 },
	{ { HELD_NOT, HELD, HELD_INCONCLUSIVE }, HELD_NOT, 0 },
	{ { HELD_INCONCLUSIVE, HELD_NOT, HELD }, HELD_NOT, 1 },
	{ { HELD_NOT, HELD_NOT, HELD_NOT }, HELD_NOT, 0 },
	{ { HELD_INCONCLUSIVE, HELD, HELD_INCONCLUSIVE }, HELD_INCONCLUSIVE, 0 },
	{ { HELD, HELD_INCONCLUSIVE, HELD_NOT_CARRIED }, HELD_INCONCLUSIVE, 1 },
	{ { HELD_ABSENT, HELD, HELD_NOT_CARRIED }, HELD, -1 },
	{ { HELD_NOT_CARRIED, HELD, HELD_ABSENT }, HELD, -1 },
	{ { HELD_ABSENT, HELD_NOT_CARRIED, HELD_ABSENT }, HELD_NOT_CARRIED, -1 },
	{ { HELD_NOT_CARRIED, HELD_ABSENT, HELD_NOT_CARRIED }, HELD_NOT_CARRIED, -1 },
	{ { HELD_ABSENT, HELD_ABSENT, HELD_ABSENT }, HELD_ABSENT, -1 },
};

enum { WORST = sizeof(worst) / sizeof(worst[0]) };

// Every case of the table is a promise; the rows of all stand between each other.
static void test_worst_decides(void **state)
{
	static struct promise texts[WORST];
	const promise_vec promises = { .items = texts, .count = WORST };
	const struct policy policy = { .on_deny = ON_DENY_REJECT };
	struct board *board = board_new(3 * WORST);
	CLEANUP(verify_result_release) struct verify_result result = { 0 };
	unsigned count[HELD_KINDS] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 3 * WORST; i++) {
		enum held held = worst[i % WORST].rows[i / WORST];
		const struct board_row row = row_of(held, i % WORST, i);

		count[held]++;
		assert_true(board_add(board, &row));
		see(&board->rows[i], held);
	}
	judge_all(board, &policy, &promises, &result);
	assert_int_equal(result.promises.count, WORST);
	for (unsigned i = 0; i < WORST; i++) {
		const struct promise_result *one = &result.promises.items[i];

		assert_int_equal(one->held, worst[i].promise);
		assert_int_equal(one->tried, 3);
		for (enum held held = 0; held < HELD_KINDS; held++)
			assert_int_equal(one->count[held], (worst[i].rows[0] == held) + (worst[i].rows[1] == held) +
							       (worst[i].rows[2] == held));
		if (worst[i].why < 0) {
			assert_null(one->why);
			continue;
		}
		AUTO_STRBUF struct strbuf begin = { 0 };
		judge_describe(&board->rows[(unsigned)worst[i].why * WORST + i], &begin);
		strbuf_add(&begin, worst[i].promise == HELD_NOT ? ": " LEAK : ": " NO_CONTROL);
		assert_non_null(one->why);
		assert_memory_equal(one->why, strbuf_text(&begin), begin.length);
	}
	assert_int_equal(result.tried, 3 * WORST);
	for (enum held held = 0; held < HELD_KINDS; held++)
		assert_int_equal(result.count[held], count[held]);
	assert_false(result.all_held);
	board_free(&board);
}

// One row, and whether all was held then.
static void test_all_held(void **state)
{
	static struct promise texts[2];
	const promise_vec promises = { .items = texts, .count = 2 };
	const struct policy policy = { .on_deny = ON_DENY_REJECT };

	(void)state;
	for (enum held held = 0; held < HELD_KINDS; held++) {
		struct board *board = board_new(1);
		CLEANUP(verify_result_release) struct verify_result result = { 0 };
		const struct board_row row = row_of(held, 0, 0);

		assert_true(board_add(board, &row));
		see(&board->rows[0], held);
		judge_all(board, &policy, &promises, &result);
		assert_int_equal(result.all_held, held != HELD_NOT && held != HELD_INCONCLUSIVE);
		assert_int_equal(result.promises.items[0].held, held);
		// Of a promise that nothing tried, nothing is said to hold.
		assert_int_equal(result.promises.items[1].held, HELD_ABSENT);
		assert_int_equal(result.promises.items[1].tried, 0);
		board_free(&board);
	}
}

static const char stray_profile[] = "vpcjail: 1\n"
				    "network: {isolation: vpc, on-deny: reject}\n"
				    "vpc: {cidrs: [10.20.0.0/16], subnets: [10.20.1.0/24]}\n"
				    "security-groups:\n"
				    "  sg-a:\n"
				    "    egress: [{to: 10.20.1.21/32, protocol: tcp, ports: [443]}]\n"
				    "    ingress: []\n"
				    "process: {credentials: scrub}\n";

static struct stray stray(uint32_t bits, uint16_t port, unsigned count)
{
	return (struct stray){
		.flow = { .protocol = IPPROTO_TCP, .remote = { FAMILY_IPV4, bits }, .destination_port = port },
		.source = { FAMILY_IPV4, 0x0a140107 },
		.count = count,
	};
}

static void test_strays(void **state)
{
	enum { PEER = 0x0a140115 };  // 10.20.1.21
	const promise_vec promises = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct board *board = board_new(0);
	struct verify_result result = { 0 };

	(void)state;
	fixture_build(stray_profile, &policy);
	judge_all(board, &policy, &promises, &result);
	assert_true(result.all_held);
	// What the policy lets out may come out.
	board->strays[board->stray_count++] = stray(PEER, 443, 9);
	judge_all(board, &policy, &promises, &result);
	assert_true(result.all_held);
	assert_int_equal(result.strays, 0);
	assert_null(result.stray);
	// The first of what it does not is told, and each is counted.
	board->strays[board->stray_count++] = stray(PEER, 444, 2);
	board->strays[board->stray_count++] = stray(PEER + 1, 443, 3);
	judge_all(board, &policy, &promises, &result);
	assert_false(result.all_held);
	assert_int_equal(result.strays, 5);
	assert_string_equal(result.stray, "tcp 10.20.1.21:444 from 10.20.1.7");
	verify_result_release(&result);
	assert_null(result.stray);
	// What found no place on the list is not taken for allowed.
	board->stray_count = 1;
	board->strays_beyond = 4;
	judge_all(board, &policy, &promises, &result);
	assert_false(result.all_held);
	assert_int_equal(result.strays, 4);
	assert_non_null(result.stray);
	verify_result_release(&result);
	board_free(&board);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),     cmocka_unit_test(test_every_sight),   cmocka_unit_test(test_names),
		cmocka_unit_test(test_describe), cmocka_unit_test(test_worst_decides), cmocka_unit_test(test_all_held),
		cmocka_unit_test(test_strays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
