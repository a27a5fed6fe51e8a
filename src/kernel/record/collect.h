// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to a job's network, gathered while it runs and written as it happens: see audit/record/event.h.
#ifndef VPCJAIL_KERNEL_RECORD_COLLECT_H
#define VPCJAIL_KERNEL_RECORD_COLLECT_H

#include "audit/record/event.h"
#include "kernel/launch/launch.h"

struct launch;
struct collector;

// A collector for a launch, which releases it. It writes nothing yet. Where nothing is recorded there is none: begin,
// drain, finish and discard take NULL and do nothing.
struct collector *collector_new(struct launch *launch);
void collector_release(struct collector *collector);

// Opens the files that launch_options.recording asks for and writes their first line; from then on lines follow within
// a second. A file that cannot be opened is told of (recording->failed) and done without; -errno only where
// recording->require is set. Called again, it does nothing.
int collector_begin(struct collector *collector, struct error *err);

// Descriptors of the jail's namespace: its NFLOG socket, which stays the launch's; one of its connection tracking,
// which is taken.
void collector_log(struct collector *collector, int fd);
void collector_conversations(struct collector *collector, int fd);

// A name that the job's resolver did not resolve. stand_in: what it answered instead, NULL: nothing. passed: it was
// resolved all the same. For struct dns_sink; data: the collector.
void collector_name(void *data, const char *name, const struct address *stand_in, bool passed);

// What the attribution tells of, once each time: an event without id. For struct attribution_sink; data: the collector.
void collector_event(void *data, const struct event *event);

// Notes what the kernel has counted of each denying rule: before an exchange of the policy takes the rules away, and at
// the end.
void collector_counters(struct collector *collector);

// The job has ended: takes what the kernel still holds back, while the job's resolver knows its names.
void collector_drain(struct collector *collector);

// Afterwards: writes the last lines and hands everything to the launch's result. status: as vpcjail gives it.
void collector_finish(struct collector *collector, int status);

// Nothing ran: the store of runs forgets it.
void collector_discard(struct collector *collector);

#endif
