// SPDX-License-Identifier: GPL-2.0-or-later
// The names of the files that an import writes.
#ifndef VPCJAIL_CMD_IMPORT_PATHS_H
#define VPCJAIL_CMD_IMPORT_PATHS_H

// "a/p.yaml" and "subnet-1" → "a/p.subnet-1.yaml". What of the id no file name should have becomes "-". The caller's.
char *import_subnet_path(const char *path, const char *subnet);

// "a/p.yaml" → "p". The caller's.
char *import_stem(const char *path);

// The file of that name beside path: "a/p.yaml" and "x.txt" → "a/x.txt". The caller's.
char *import_beside(const char *path, const char *name);

#endif
