// What Swift needs to call libpcap, and the few calls of Linux that stand beside it. Every shim below says why it
// exists.
#ifndef WIRETALE_CPCAP_SHIM_H
#define WIRETALE_CPCAP_SHIM_H

#include <pcap/pcap.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/types.h>

// Swift builds C headers without _GNU_SOURCE, so glibc hides the declarations below although it exports the functions.
// Each is declared here as its manual page gives it.

// fopencookie(3): a stdio stream whose octets come from a function of ours. It lets libpcap read a pipe that must not
// block past a signal, and lets us count octets for a percentage. The struct has cookie_io_functions_t's layout.
struct wiretale_stream_functions {
  ssize_t (*read)(void *cookie, char *buffer, size_t size);
  ssize_t (*write)(void *cookie, const char *buffer, size_t size);
  int (*seek)(void *cookie, off_t *offset, int whence);
  int (*close)(void *cookie);
};
extern FILE *fopencookie(void *cookie, const char *mode, struct wiretale_stream_functions functions);

// memfd_create(2): a nameless file in memory, where a decompressor leaves its complaint.
extern int memfd_create(const char *name, unsigned int flags);

// posix_spawn_file_actions_addclosefrom_np(3), glibc 2.34: libpcap's sockets are not closed on exec, and no program we
// start may hold one.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// setresuid(2) and its family: the only calls that set the saved ids too and let us look at them afterwards.
extern int setresuid(uid_t real, uid_t effective, uid_t saved);
extern int setresgid(gid_t real, gid_t effective, gid_t saved);
extern int getresuid(uid_t *real, uid_t *effective, uid_t *saved);
extern int getresgid(gid_t *real, gid_t *effective, gid_t *saved);

// capset(2), version 3: glibc exports it and declares it nowhere; libcap would be one library more for one call.
struct wiretale_cap_header {
  unsigned int version;
  int pid;
};
struct wiretale_cap_data {
  unsigned int effective, permitted, inheritable;
};
extern int capset(struct wiretale_cap_header *header, const struct wiretale_cap_data *data);

// prctl(2) is variadic, which Swift cannot call.
static inline int wiretale_prctl(int option, unsigned long second, unsigned long third) {
  return prctl(option, second, third, 0UL, 0UL);
}

// malloc_trim(3): the Glibc module has no <malloc.h>.
extern int malloc_trim(size_t pad);

// PACKET_FANOUT of packet(7): sockets of one group share an interface's packets, by the hash of the flow, which is the
// same for both directions. libpcap has no call for it; setsockopt(2) wants a pointer to an int, and Swift's Glibc has
// none of the names.
#include <sys/socket.h>
static inline int wiretale_join_fanout(int socket, unsigned short group) {
  int argument = group;  // PACKET_FANOUT_HASH is 0, in the upper half
  return setsockopt(socket, 263 /* SOL_PACKET */, 18 /* PACKET_FANOUT */, &argument, sizeof argument);
}

// PCAP_NETMASK_UNKNOWN is an expression that Swift does not import.
static inline bpf_u_int32 wiretale_netmask_unknown(void) { return PCAP_NETMASK_UNKNOWN; }

#endif
