// SPDX-License-Identifier: GPL-2.0-or-later
// What each kind of line holds: see line.h. To add a field: a row here, and its sentence in vpcjail.1.
#include "audit/record/line.h"

#define WORDS(list) .words = list, .word_count = sizeof(list) / sizeof((list)[0])
#define FIELD(type, key_, kind_, member, ...)                                                                          \
	{                                                                                                              \
		.key = key_, .kind = kind_, .offset = offsetof(type, member), __VA_ARGS__                              \
	}
#define EVENT(key, kind, member, ...) FIELD(struct event, key, kind, member, __VA_ARGS__)
#define END                                                                                                            \
	{                                                                                                              \
		.kind = LINE_END                                                                                       \
	}

static const char *const direction_words[] = { "egress", "ingress" };
static const char *const mode_words[RECORD_MODES] = { "run", "audit", "offline" };
static const char *const evidence_words[] = { "none", "call", "socket", "port" };

static const struct line_field process_fields[] = {
	FIELD(struct event_process, "pid", LINE_INTEGER, pid, .always = true),
	FIELD(struct event_process, "started", LINE_COUNT, started),
	FIELD(struct event_process, "command", LINE_TEXTS, arguments, .always = true),
	FIELD(struct event_process, "cut", LINE_BOOL, cut),
	FIELD(struct event_process, "script", LINE_TEXT, script),
	FIELD(struct event_process, "parents", LINE_PARENTS, parents),
	END,
};

// clang-format off
#define EVENT_ROWS \
	EVENT("id", LINE_COUNT, id, .always = true), \
	EVENT("first", LINE_SIGNED, first, .always = true), \
	EVENT("last", LINE_SIGNED, last, .always = true), \
	EVENT("count", LINE_COUNT, count, .always = true), \
	EVENT("passed", LINE_BOOL, passed), \
	EVENT("name", LINE_TEXT, name), \
	EVENT("hint", LINE_TEXT, hint), \
	EVENT("uid", LINE_UID, has_uid), \
	EVENT("evidence", LINE_WORD, evidence, WORDS(evidence_words)), \
	EVENT("process", LINE_OBJECT, process, .rows = process_fields)

#define TRAFFIC_ROWS \
	EVENT("direction", LINE_WORD, flow.direction, WORDS(direction_words), .always = true), \
	EVENT("protocol", LINE_PROTOCOL, flow.protocol, .always = true), \
	EVENT("address", LINE_ADDRESS, flow.remote, .always = true), \
	EVENT("port", LINE_PORT, flow.destination_port), \
	EVENT("source_port", LINE_PORT, flow.source_port), \
	EVENT("icmp_type", LINE_BYTE, flow.icmp_type), \
	EVENT("icmp_code", LINE_BYTE, flow.icmp_code), \
	EVENT("local", LINE_ADDRESS, local), \
	EVENT("bytes", LINE_COUNT, bytes)
// clang-format on

const struct line_field packet_fields[] = {
	EVENT_ROWS,
	TRAFFIC_ROWS,
	EVENT("layer", LINE_LAYER, layer, .always = true),
	EVENT("layer_title", LINE_TEXT, layer_title),
	EVENT("rule", LINE_UNSIGNED, rule, .always = true),
	EVENT("reason", LINE_TEXT, reason),
	EVENT("origin", LINE_TEXT, origin),
	EVENT("behind", LINE_TEXT, behind),
	EVENT("aws", LINE_TEXT, aws),
	EVENT("policy", LINE_UNSIGNED, policy),
	END,
};

const struct line_field flow_fields[] = {
	EVENT_ROWS,
	TRAFFIC_ROWS,
	EVENT("reply_packets", LINE_COUNT, reply_packets),
	EVENT("reply_bytes", LINE_COUNT, reply_bytes),
	END,
};

const struct line_field more_fields[] = {
	EVENT("id", LINE_COUNT, id, .always = true),
	EVENT("last", LINE_SIGNED, last, .always = true),
	EVENT("count", LINE_COUNT, count, .always = true),
	EVENT("bytes", LINE_COUNT, bytes),
	EVENT("reply_packets", LINE_COUNT, reply_packets),
	EVENT("reply_bytes", LINE_COUNT, reply_bytes),
	END,
};

const struct line_field call_fields[] = {
	EVENT_ROWS,
	EVENT("call", LINE_TEXT, call, .always = true),
	EVENT("error", LINE_TEXT, error, .always = true),
	EVENT("arguments", LINE_HEX, arguments, .always = true),
	EVENT("reason", LINE_TEXT, reason),
	END,
};

const struct line_field name_fields[] = {
	EVENT_ROWS,
	EVENT("stand_in", LINE_ADDRESS, stand_in),
	END,
};

const struct line_field start_fields[] = {
	FIELD(struct record_start, "run", LINE_TEXT, run, .always = true),
	FIELD(struct record_start, "at", LINE_SIGNED, at, .always = true),
	FIELD(struct record_start, "version", LINE_TEXT, version),
	FIELD(struct record_start, "mode", LINE_WORD, mode, WORDS(mode_words), .always = true),
	FIELD(struct record_start, "profile", LINE_TEXT, profile),
	FIELD(struct record_start, "digest", LINE_TEXT, digest),
	FIELD(struct record_start, "command", LINE_TEXTS, command, .always = true),
	FIELD(struct record_start, "directory", LINE_TEXT, directory),
	FIELD(struct record_start, "uid", LINE_UNSIGNED, uid, .always = true),
	FIELD(struct record_start, "link", LINE_TEXT, link),
	FIELD(struct record_start, "made_up", LINE_UNSIGNED, made_up),
	FIELD(struct record_start, "ipv4", LINE_ADDRESS, own[0]),
	FIELD(struct record_start, "ipv6", LINE_ADDRESS, own[1]),
	END,
};

const struct line_field counter_fields[] = {
	FIELD(struct record_counter, "layer", LINE_LAYER, layer, .always = true),
	FIELD(struct record_counter, "rule", LINE_UNSIGNED, rule, .always = true),
	FIELD(struct record_counter, "policy", LINE_UNSIGNED, policy),
	FIELD(struct record_counter, "packets", LINE_COUNT, packets, .always = true),
	FIELD(struct record_counter, "bytes", LINE_COUNT, bytes, .always = true),
	END,
};

const struct line_field end_fields[] = {
	FIELD(struct record_end, "at", LINE_SIGNED, at, .always = true),
	FIELD(struct record_end, "status", LINE_INTEGER, status, .always = true),
	FIELD(struct record_end, "swallowed", LINE_COUNT, swallowed, .always = true),
	FIELD(struct record_end, "overruns", LINE_COUNT, overruns),
	FIELD(struct record_end, "beyond", LINE_COUNT, beyond),
	FIELD(struct record_end, "failure", LINE_TEXT, failure),
	END,
};

const struct line_field *event_fields(enum event_kind kind)
{
	static const struct line_field *const fields[EVENT_KINDS] = {
		[EVENT_PACKET] = packet_fields,
		[EVENT_CALL] = call_fields,
		[EVENT_NAME] = name_fields,
		[EVENT_FLOW] = flow_fields,
	};

	return fields[kind];
}
