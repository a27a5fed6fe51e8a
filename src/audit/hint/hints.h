// SPDX-License-Identifier: GPL-2.0-or-later
// What a denied thing probably is, and what mends it: a table of what training jobs reach for without asking.
//
// The rows stand in table_*.c, the specific before the general; the first that matches is the hint. Every event
// has one: the last rows say of each layer what it means and which key of the profile changes it.
#ifndef VPCJAIL_AUDIT_HINT_HINTS_H
#define VPCJAIL_AUDIT_HINT_HINTS_H

#include "audit/record/event.h"
#include "net/port_range.h"
#include "net/prefix.h"
#include "profile/profile.h"

enum {
	HINT_PATTERNS = 12,
	HINT_ADDRESSES = 4,
	HINT_PORTS = 6,
	HINT_ARGUMENTS = 6,
	HINT_SETTINGS = 4,
	HINT_TEXT_MAXIMUM = 400,  // bytes of a text of the table
};

// Which events a row is for; 0: packets, names and flows.
enum { HINT_ON_PACKET = 1, HINT_ON_CALL = 2, HINT_ON_NAME = 4, HINT_ON_FLOW = 8 };

// Where the other side is.
enum hint_scope { HINT_ANYWHERE, HINT_PUBLIC, HINT_PRIVATE };

// What a row needs to know besides the event. An event of which one of them holds has no other row.
enum hint_fact {
	HINT_NO_FACT,
	HINT_NOT_CARRIED,  // the profile allows it, and the link to this host carries nothing
	HINT_OWN_GATEWAY,  // a name of the profile's gateway endpoint that this host's name servers did not resolve
};

// Whose Region a name of AWS has.
enum hint_region { HINT_REGION_ANY, HINT_REGION_OTHER };

// What kind of change mends it, the cheapest for people first; reports group by it.
enum hint_remedy {
	HINT_SET,       // a variable
	HINT_STAGE,     // bring the data or packages along: a channel, an image, a cache
	HINT_ENDPOINT,  // an endpoint of the VPC, and its lines in the profile
	HINT_PROFILE,   // another key of the profile
	HINT_CODE,      // the program, or how it is started
	HINT_NOTHING,   // nothing can, and mostly nothing has to
	HINT_REMEDIES,
};

struct hint_setting {
	const char *variable, *value;
};

// A row: what must hold, then what is said. Lists end at NULL, family NONE or first 0; an empty one asks nothing.
// hosts, services and addresses are alternatives to each other; all other parts must hold together. ports and protocol
// are not asked of a name, which has none; a row with neither hosts nor services matches no name.
struct hint {
	const char *name;  // stable: "sts-global"
	unsigned on;       // HINT_ON_*
	enum hint_fact fact;
	const char *hosts[HINT_PATTERNS];     // globs of '*' and '?', lower case
	const char *services[HINT_PATTERNS];  // as in an endpoint's service; "*": any that the table of services has
	struct prefix addresses[HINT_ADDRESSES];
	enum hint_region region;
	enum hint_scope scope;
	int protocol;  // 0: any
	struct port_range ports[HINT_PORTS];
	const char *programs[HINT_PATTERNS];  // globs of a process's program, its script or a parent's name
	const char *calls[HINT_PATTERNS];     // globs of a system call
	unsigned arguments[HINT_ARGUMENTS];   // the call's first argument is one of these, until a 0
	const char *layers[HINT_PATTERNS];    // globs of layer_name

	// In all texts below: %r is the profile's Region, %o the Region in the name, %s the service of the name.
	const char *what;  // a sentence: what it is, and why a job does it
	const char *fix;   // what to do: a sentence or two
	enum hint_remedy remedy;
	const char *service;  // the endpoint to add: a service of the service table, "%s": the one that was asked for
	enum endpoint_type type;  // of that endpoint
	struct hint_setting settings[HINT_SETTINGS];
	const char *channel;  // what to bring along, and where to; NULL: nothing
	const char *key;      // of the profile: "network.host-ports"; NULL: none
	const char *source;   // a public document: its title, or its address
	const char *example;  // an event that it is for, as hint_example_read reads it
};

// What of the profile changes what is said. Zeroed: nothing is known.
struct hint_facts {
	const char *region;        // borrowed; NULL: none
	enum isolation isolation;  // of a zeroed one: full
	bool known;                // isolation counts
};

struct hint_facts hint_facts_of(const struct profile *profile);

// The row for an event: the one it names itself (event->hint), or the first that matches. facts may be NULL. Never
// NULL. Pure: a literal of the tables.
const struct hint *hint_for(const struct event *event, const struct hint_facts *facts);

// By its name; NULL: there is none.
const struct hint *hint_find(const char *name);

// All rows, in the order that they are tried.
size_t hint_count(void);
const struct hint *hint_at(size_t index);

// "set a variable", "add an endpoint", …: a literal, for headings; and the word of JSON: "set", "stage", "endpoint",
// "profile", "code", "nothing".
const char *hint_remedy_title(enum hint_remedy remedy);
const char *hint_remedy_word(enum hint_remedy remedy);

// What is said of one event, with the Region and the service in it: plain texts, no escapes, no markup; owned. All of
// it comes from the tables, but for a Region and a service, which have the form of one: no foreign byte is in it.
struct hint_advice {
	const struct hint *hint;
	char *group;     // events with the same are mended by the same: "pypi", "aws-service/athena"
	char *what;      // a sentence
	char *fix;       // a sentence or more
	char *endpoint;  // "com.amazonaws.eu-west-1.logs"; NULL: none helps (or none is allowed: full isolation)
	const char *endpoint_type;  // "gateway", "interface": a literal; NULL likewise
	char *settings;             // "WANDB_MODE=offline HF_HUB_OFFLINE=1"; NULL: none
	const char *channel, *key, *source;
};

// Zeroed is releasable.
void hint_advise(const struct event *event, const struct hint_facts *facts, struct hint_advice *out);
void hint_advice_release(struct hint_advice *advice);

// Its group alone, the caller's: for sorting many events.
char *hint_group(const struct event *event, const struct hint_facts *facts);

// The same as one text: "PyPI, the index of Python packages: pip asks it. Put the wheels …", added to out.
void hint_format(const struct event *event, const struct hint_facts *facts, struct strbuf *out);

// An event from a line of words: "packet pypi.org 151.101.0.223 tcp 443 route_egress pip" (name or "-", address,
// protocol, port, layer, program or "-"), "name pypi.org", "call unshare podman". For tests and examples. -EINVAL.
int hint_example_read(const char *text, struct event *event, struct error *err);

#endif
