// A signal at the worst moment: SIGTERM, just before the first wait of the kind that
// SIGNAL_BEFORE names: accept, poll (without a time limit) or sleep.
//
//   cc -shared -fPIC -o late_signal.so late_signal.c
//   SIGNAL_BEFORE=accept LD_PRELOAD=./late_signal.so PROGRAM

#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static void before(const char *wait)
{
    static int sent;
    const char *chosen = getenv("SIGNAL_BEFORE");

    if (!sent && chosen && !strcmp(chosen, wait)) {
        sent = 1;
        raise(SIGTERM);
    }
}

#define NEXT(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))

int accept(int socket, __SOCKADDR_ARG address, socklen_t *restrict length)
{
    before("accept");
    return NEXT(accept)(socket, address, length);
}

int poll(struct pollfd *files, nfds_t count, int milliseconds)
{
    if (milliseconds < 0) before("poll");
    return NEXT(poll)(files, count, milliseconds);
}

int nanosleep(const struct timespec *span, struct timespec *left)
{
    before("sleep");
    return NEXT(nanosleep)(span, left);
}
