#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: purity.sh STAGE LIBRARY. The stages of the core compute: no sockets, no processes, no clock, no environment, no
# files, no output. Looks at the undefined symbols of one stage's static library.
set -eu
stage=$1 library=$2

# What one object may use all the same: STAGE/OBJECT FUNCTION… # reason
allowed() {
  cat <<'ROWS'
base/io        open openat close read write                   # whole files, for those who ask: the one place of the core
base/memory    write _exit                                    # out of memory ends the program, and says so
profile/search getenv secure_getenv geteuid getuid            # the search path of profiles depends on the user
profile/search access getcwd                                  # which of the folders has it; a path made absolute
profile/search_list opendir readdir closedir                  # the profiles that there are
profile/safe_file open fstat stat realpath close              # a profile that others can write is refused
ROWS
}

effects='
socket socketpair connect bind listen accept accept4 send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg
getaddrinfo getnameinfo gethostbyname gethostname if_nametoindex if_indextoname getifaddrs getsockopt setsockopt
mnl_socket_open mnl_socket_open2 mnl_socket_bind mnl_socket_sendto mnl_socket_recvfrom nl_connect nl_send_auto
fork vfork clone clone3 posix_spawn posix_spawnp execl execlp execle execv execvp execvpe execve execveat fexecve system
popen wait waitpid waitid kill raise signal sigaction sigprocmask pthread_create pidfd_open pidfd_send_signal
clock_gettime time gettimeofday localtime localtime_r gmtime_r ctime strftime nanosleep clock_nanosleep sleep usleep
timer_create timerfd_create alarm rand random drand48 getrandom getentropy
getenv secure_getenv setenv putenv unsetenv environ __environ
open openat openat2 creat fopen fdopen freopen opendir fdopendir readdir closedir scandir glob stat fstat lstat fstatat
statx access faccessat readlink readlinkat realpath mkdir mkdirat rmdir unlink unlinkat rename renameat symlink link chmod
fchmod chown fchown chdir fchdir getcwd mkstemp mkdtemp tmpfile memfd_create lseek read pread readv write pwrite writev
close dup dup2 dup3 pipe pipe2 fcntl ioctl mmap poll ppoll select epoll_create1 eventfd signalfd
mount umount umount2 pivot_root chroot unshare setns sethostname prctl syscall ptrace keyctl seccomp_load
getuid geteuid getgid getegid getgroups setuid setgid setgroups setresuid setresgid getpid getppid getpwnam getpwnam_r
getpwuid getpwuid_r getgrnam getgrnam_r getgrgid getgrgid_r getgrouplist getrlimit setrlimit prlimit sysconf uname isatty
printf vprintf fprintf vfprintf dprintf puts fputs putchar fputc putc fwrite perror stdout stderr fflush syslog
exit _exit atexit'

nm --undefined-only "$library" 2>/dev/null |
  awk -v stage="$stage" -v library="$library" -v effects="$effects" -v rows="$(allowed)" '
  BEGIN {
    for (i = split(effects, names); i; i--)
      effect[names[i]] = 1
    for (i = split(rows, line, "\n"); i; i--) {
      sub(/ *#.*/, "", line[i])
      for (j = split(line[i], words); j > 1; j--)
        allowed[words[1], words[j]] = 1
    }
  }
  /:$/ {
    # A member of the archive: .../base_io.c.o: is base/io.
    object = $0
    sub(/.*\//, "", object)
    sub(/\.c\.o:$/, "", object)
    sub("^" stage "_", "", object)
    object = stage "/" object
  }
  $1 == "U" {
    seen = 1
    name = $2
    # The checked, large-file and versioned forms of the same function.
    sub(/@.*/, "", name)
    if (name ~ /^__[a-z0-9_]+_(chk|2)$/) {
      sub(/^__/, "", name)
      sub(/_(chk|2)$/, "", name)
    }
    sub(/64$/, "", name)
    sub(/^__isoc[0-9]+_/, "", name)
    if (name in effect && !((object, name) in allowed)) {
      print object ": uses " $2
      bad = 1
    }
  }
  END {
    if (!seen) {
      print library ": no symbols to look at"
      exit 1
    }
    exit bad
  }'
