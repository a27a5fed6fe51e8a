// SPDX-License-Identifier: GPL-2.0-or-later
// Profiles in the file system: the search path, the reserved names, the built-in copies, the default.
//
// In this order: a path (anything with a '/', or that ends in .yaml), SYSTEM/profiles, CONFIG_HOME/vpcjail/profiles
// (not as root), the installed folder, the copies built into the program. A name is a file NAME.yaml there. The shipped
// names are reserved: a file of such a name in the first two folders is an error that suggests `extends`. As root, a
// file or a folder on its way that others could change is refused.
//
//	struct search search;
//	search_init(&search, &(struct search_options){ .euid = geteuid(), .home = getenv("HOME"), … });
//	struct profile_source source = search_source(&search);
//	profile_load(&source, "network-isolation", &profile, &mistakes);
//
// This is the one file of its stage that touches the file system, and it only reads.
#ifndef VPCJAIL_PROFILE_SEARCH_H
#define VPCJAIL_PROFILE_SEARCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/vec.h"
#include "profile/load.h"

// What the search depends on; all text borrowed until search_init returns.
struct search_options {
	uid_t euid;
	const char *home;         // $HOME, or NULL
	const char *config_home;  // $XDG_CONFIG_HOME; NULL, empty or relative: HOME/.config
	const char *wanted;       // $VPCJAIL_PROFILE, or NULL; not heeded as root
	const char *system;       // NULL: /etc/vpcjail
	const char *installed;    // NULL: where `meson install` puts the profiles
};

enum search_place { SEARCH_SYSTEM, SEARCH_USER, SEARCH_INSTALLED, SEARCH_BUILT_IN, SEARCH_PLACES };

// The place's name for people: "system", "user", "installed", "built-in": a literal.
const char *search_place_name(enum search_place place);

struct search {
	bool root;
	char *folders[SEARCH_BUILT_IN];  // owned; NULL: this place is not searched
	char *wanted;                    // owned; NULL: none, or root
	char *folder;                    // owned: the working folder, absolute; NULL: it has no path
	char *default_file;              // owned: /etc/vpcjail/default, one line with a profile's name
};

void search_init(struct search *search, const struct search_options *options);
void search_release(struct search *search);

// What profile_load reads through; search is borrowed for as long as the source is used.
struct profile_source search_source(const struct search *search);

// A profile that can be named.
struct found_profile {
	char *name;
	char *path;  // the file, or "built-in:NAME"
	enum search_place place;
	char *hides;    // the path of what comes later in the search and has the same name; NULL: nothing
	char *problem;  // why it would be refused (reserved name, others may write it); NULL: nothing
};

typedef VEC(struct found_profile) found_profile_vec;

// Every profile of the search path, by name, then in search order: the first of a name is the one used, the rest are
// hidden. Folders that do not exist are no error.
int search_list(const struct search *search, found_profile_vec *found, struct error *err);
void found_profiles_release(found_profile_vec *found);

// The profile's name when -p is not given: `wanted`, the system's default file, else "network-isolation".
// *name is the caller's to free. *why (may be NULL) becomes a literal: "$VPCJAIL_PROFILE", "/etc/vpcjail/default", "the
// default".
int search_default(const struct search *search, char **name, const char **why, struct error *err);

#endif
