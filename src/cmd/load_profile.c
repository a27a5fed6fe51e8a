// SPDX-License-Identifier: GPL-2.0-or-later
// Finds and loads the profile a command is about: see load_profile.h.
#include "cmd/load_profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "cmd/output.h"
#include "kernel/host/network.h"
#include "plan/settle.h"

void load_search(struct search *search)
{
	search_init(search, &(struct search_options){
				.euid = geteuid(),
				.home = getenv("HOME"),
				.config_home = getenv("XDG_CONFIG_HOME"),
				.wanted = getenv("VPCJAIL_PROFILE"),
			    });
}

int load_profile_quietly(const char *name, struct loaded_profile *loaded)
{
	struct error err = { 0 };

	*loaded = (struct loaded_profile){ 0 };
	load_search(&loaded->search);
	if (name) {
		loaded->name = memory_copy_text(name);
	} else if (search_default(&loaded->search, &loaded->name, NULL, &err) < 0) {
		mistakes_add(&loaded->mistakes, SEVERITY_ERROR, &(struct location){ 0 }, NULL, "%s", err.message);
		return -EINVAL;
	}

	struct profile_source source = search_source(&loaded->search);
	return profile_load(&source, loaded->name, &loaded->profile, &loaded->mistakes);
}

int load_profile(const char *name, struct loaded_profile *loaded)
{
	int result = load_profile_quietly(name, loaded);

	if (result < 0) {
		CLEANUP(strbuf_release) struct strbuf text = { 0 };
		mistakes_format(&loaded->mistakes, &text);
		output_lines(&text);
	}
	return result;
}

int load_settle(struct profile *profile, struct host_network *host, struct error *err)
{
	int result = profile->network.isolation == ISOLATION_VPC ? host_network_read(host, err) : 0;

	return result < 0 ? result : profile_settle(profile, host, err);
}

void loaded_profile_release(struct loaded_profile *loaded)
{
	mistakes_release(&loaded->mistakes);
	profile_release(&loaded->profile);
	free(loaded->name);
	search_release(&loaded->search);
	*loaded = (struct loaded_profile){ 0 };
}

void load_in_vpc(struct profile *profile)
{
	if (profile->network.isolation != ISOLATION_VPC)
		return;
	profile->vpc.located = LOCATED_HERE;
	profile->network.uplink = UPLINK_MACVLAN;
}
