// SPDX-License-Identifier: GPL-2.0-or-later
// How fast and how large: a policy with many prefixes compiled and committed, against `nft -f` of the same text.
//
//	ruleset			measures 10,000 and 100,000 prefixes in pairs, prints ratios of medians; 1: one is too
// large 	ruleset text N		prints the text for nft 	ruleset commit N PARENT	commits into the
// namespace it stands in, which must not be PARENT (an inode)
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "kernel/netlink/nfnetlink.h"
#include "nft/ruleset.h"

enum { PAIRS = 7 };

// Every second /24: no two touch.
static void many_prefixes(struct prefix_set *set, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct prefix prefix = { { FAMILY_IPV4, (address_bits)(0x01000000 + i * 512) }, 24 };

		prefix_set_add(set, &prefix);
	}
	prefix_set_normalize(set);
}

static struct ruleset *make_ruleset(unsigned count)
{
	struct policy_rule rules[2] = {
		{ .number = 1, .verdict = VERDICT_PASS, .match = { .protocol = 6, .icmp_type = -1, .icmp_code = -1 } },
		{ .number = 2,
		  .verdict = VERDICT_DENY,
		  .match = { .any_remote = true, .protocol = PROTOCOL_ALL, .icmp_type = -1, .icmp_code = -1 } },
	};
	struct policy_layer layer = { .kind = LAYER_SECURITY_GROUP, .stateful = true };
	struct policy policy = { .isolation = ISOLATION_VPC };
	struct ruleset_options options = ruleset_defaults;
	struct ruleset *ruleset;

	options.sink = "lo";  // any device: nothing is sent
	many_prefixes(&rules[0].match.remote, count);
	layer.rules.items = rules;
	layer.rules.count = 2;
	policy.layers[EGRESS].items = &layer;
	policy.layers[EGRESS].count = 1;
	ruleset = ruleset_compile(&policy, &options);
	prefix_set_release(&rules[0].match.remote);
	return ruleset;
}

static int print_text(unsigned count)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	struct ruleset *ruleset = make_ruleset(count);

	ruleset_print(ruleset, &text);
	ruleset_free(ruleset);
	return fputs(strbuf_text(&text), stdout) < 0;
}

static int commit(unsigned count, const char *parent)
{
	struct ruleset *ruleset = make_ruleset(count);
	nft_batch_vec batches = { 0 };
	struct error err = { 0 };
	struct stat own;
	size_t limit;
	int fd;

	if (stat("/proc/self/ns/net", &own) || !strtoull(parent, NULL, 10) ||
	    strtoull(parent, NULL, 10) == own.st_ino) {
		fputs("this is the parent's network namespace: nothing done\n", stderr);
		return 2;
	}
	if (nfnetlink_open(&fd, &limit, &err) || ruleset_batches(ruleset, limit, &batches, &err)) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	ruleset_free(ruleset);
	vec_for_each (batch, &batches) {
		if (nfnetlink_commit(fd, batch, &err)) {
			fprintf(stderr, "%s\n", err.message);
			return 1;
		}
	}
	nft_batches_release(&batches);
	return 0;
}

struct cost {
	double milliseconds;
	double kilobytes;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

// Runs a command in a new network namespace; what it took from exec to exit.
static bool run(char *const *command, struct cost *cost)
{
	struct rusage usage;
	int ready[2], status;
	char byte;
	double begin;
	pid_t child;

	if (pipe2(ready, O_CLOEXEC))
		return false;
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
			_exit(77);
		if (write(ready[1], "", 1) == 1)
			execvp(command[0], command);
		_exit(126);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		byte = 1;
	begin = now();
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return false;
	cost->milliseconds = now() - begin;
	cost->kilobytes = (double)usage.ru_maxrss;
	close(ready[0]);
	if (status)
		fprintf(stderr, "%s ended with %d\n", command[0], WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return status == 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_size);
	return values[count / 2];
}

static bool write_text(const char *self, const char *count, const char *path)
{
	AUTO_FREE char *command = memory_format("'%s' text %s >'%s'", self, count, path);

	return system(command) == 0;
}

struct pair {
	char *const *ours;
	char *const *theirs;
};

static bool run_pair(const struct pair *pair, struct cost *ours, struct cost *theirs)
{
	return run(pair->ours, ours) && run(pair->theirs, theirs);
}

// Whether the ratios of medians of pairs hold. Memory is judged by what the prefixes add to a process that loads one:
// our process has its C library to carry like any other, and the launcher is another program anyway.
static bool measure(const struct pair *empty, const struct pair *full, const char *count)
{
	double times[PAIRS], sizes[PAIRS], added[PAIRS], time, more;

	for (unsigned i = 0; i < PAIRS; i++) {
		struct cost idle[2], cost[2];

		if (!run_pair(empty, &idle[0], &idle[1]) || !run_pair(full, &cost[0], &cost[1]))
			return false;
		times[i] = cost[0].milliseconds / cost[1].milliseconds;
		sizes[i] = cost[0].kilobytes / cost[1].kilobytes;
		added[i] = (cost[0].kilobytes - idle[0].kilobytes) / (cost[1].kilobytes - idle[1].kilobytes);
	}
	time = median(times, PAIRS);
	more = median(added, PAIRS);
	printf("%7s prefixes, against nft -f: time %.2f (to hold: 0.40), memory they add %.2f (to hold: 0.15), "
	       "peak of the process %.2f\n",
	       count, time, more, median(sizes, PAIRS));
	return time <= 0.40 && more <= 0.15;
}

struct commands {
	char *ours[5], *theirs[4];
};

static struct pair prepare(struct commands *commands, char *self, char *count, char *parent, char *path)
{
	static char commit_word[] = "commit", nft_word[] = "nft", file_word[] = "-f";

	*commands =
	    (struct commands){ { self, commit_word, count, parent, NULL }, { nft_word, file_word, path, NULL } };
	if (!write_text(self, count, path))
		exit(2);
	return (struct pair){ commands->ours, commands->theirs };
}

static int measure_all(char *self, char *parent, char *folder)
{
	char one[] = "1", counts[][8] = { "10000", "100000" };
	AUTO_FREE char *small = memory_format("%s/small", folder), *large = memory_format("%s/large", folder);
	struct commands idle_commands, commands;
	struct pair idle = prepare(&idle_commands, self, one, parent, small);
	int result = 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct pair pair = prepare(&commands, self, counts[i], parent, large);

		result |= !measure(&idle, &pair, counts[i]);
	}
	unlink(small);
	unlink(large);
	return result;
}

int main(int count, char **arguments)
{
	char folder[] = "/tmp/vpcjail-ruleset.XXXXXX", parent[32], self[4096];
	struct stat own;
	ssize_t length;
	int result;

	if (count == 3 && !strcmp(arguments[1], "text"))
		return print_text((unsigned)strtoul(arguments[2], NULL, 10));
	if (count == 4 && !strcmp(arguments[1], "commit"))
		return commit((unsigned)strtoul(arguments[2], NULL, 10), arguments[3]);
	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (count != 1 || length < 0 || stat("/proc/self/ns/net", &own) || !mkdtemp(folder))
		return 2;
	self[length] = 0;
	snprintf(parent, sizeof(parent), "%llu", (unsigned long long)own.st_ino);
	result = measure_all(self, parent, folder);
	rmdir(folder);
	return result;
}
