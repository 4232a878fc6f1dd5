/* The calls of NCCL that podsys's program makes, for ranks of one process, on the host's memory.
 *
 * FAKE_LOST_RANK: what this rank sends counts as nothing. FAKE_FAILS: every collective fails. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, BROKEN = 1, MOST = 64, MANY = 8192 };
enum { REDUCE, GATHER, SCATTER, SEND, TAKE };

typedef struct { char internal[128]; } unique_id;
typedef struct { int rank, ranks; } comm;
typedef struct { int kind, peer; comm *who; float *send, *take; size_t count; } call;

static call calls[MANY];
static int pending, depth, lost = -1;

static void say(const char *text) {
    char name[512], *end;
    if (!getenv("NCCL_DEBUG_FILE")) return;
    snprintf(name, sizeof name, "%s", getenv("NCCL_DEBUG_FILE"));
    if ((end = strstr(name, "%h.%p"))) strcpy(end, "fake.1");
    FILE *file = fopen(name, "a");
    if (!file) return;
    fprintf(file, "fake:1:1 [0] NCCL %s\n", text);
    fclose(file);
}

int ncclGetVersion(int *version) { *version = 23203; return OK; }
int ncclGetUniqueId(unique_id *id) { memset(id, 7, sizeof *id); return OK; }
const char *ncclGetErrorString(int code) { return code ? "unhandled system error" : "no error"; }
int ncclCommInitRank(comm **found, int ranks, unique_id id, int rank) {
    if (id.internal[0] != 7 || id.internal[127] != 7 || !depth) return BROKEN;
    *found = malloc(sizeof **found);
    **found = (comm){rank, ranks};
    if (getenv("FAKE_LOST_RANK")) lost = atoi(getenv("FAKE_LOST_RANK"));
    say("INFO 24 coll channels, 24 collnet channels, 16 nvls channels, 32 p2p channels");
    return OK;
}
int ncclCommDestroy(comm *who) { free(who); return OK; }

static int take(int kind, int peer, const void *send, void *into, size_t count, comm *who) {
    if (getenv("FAKE_FAILS")) {
        say("WARN Call to ibv_modify_qp failed with error No such device");
        return BROKEN;
    }
    if (!depth || pending == MANY) return BROKEN;
    calls[pending++] = (call){kind, peer, who, (float *)send, into, count};
    return OK;
}
int ncclAllReduce(const void *send, void *into, size_t count, int type, int op, comm *who,
                  void *stream) {
    char text[128];
    snprintf(text, sizeof text, "INFO AllReduce: %zu Bytes -> Algo 1 proto 2 time 5.0", count * 4);
    say(text);
    return type == 7 && op == 0 && stream ? take(REDUCE, 0, send, into, count, who) : BROKEN;
}
int ncclAllGather(const void *send, void *into, size_t count, int type, comm *who, void *stream) {
    return type == 7 && stream ? take(GATHER, 0, send, into, count, who) : BROKEN;
}
int ncclReduceScatter(const void *send, void *into, size_t count, int type, int op, comm *who,
                      void *stream) {
    return type == 7 && op == 0 && stream ? take(SCATTER, 0, send, into, count, who) : BROKEN;
}
int ncclSend(const void *send, size_t count, int type, int peer, comm *who, void *stream) {
    return type == 7 && stream ? take(SEND, peer, send, 0, count, who) : BROKEN;
}
int ncclRecv(void *into, size_t count, int type, int peer, comm *who, void *stream) {
    return type == 7 && stream ? take(TAKE, peer, 0, into, count, who) : BROKEN;
}

static float sum(size_t at) {
    float found = 0;
    for (int n = 0; n < pending; n++)
        if (calls[n].who->rank != lost) found += calls[n].send[at];
    return found;
}
static const call *sender(const call *taker) {
    for (int n = 0; n < pending; n++)
        if (calls[n].kind == SEND && calls[n].peer == taker->who->rank &&
            calls[n].who->rank == taker->peer)
            return &calls[n];
    return 0;
}
/* What a call gives, in memory of its own: who sends and takes in one place must not see it yet. */
static float *result(const call *one, size_t *length) {
    *length = one->kind == GATHER ? one->count * one->who->ranks : one->count;
    float *found = calloc(*length, sizeof *found);
    if (one->kind == REDUCE)
        for (size_t at = 0; at < one->count; at++) found[at] = sum(at);
    else if (one->kind == SCATTER)
        for (size_t at = 0; at < one->count; at++) found[at] = sum(at + one->count * one->who->rank);
    else if (one->kind == TAKE)
        memcpy(found, sender(one)->send, one->count * sizeof *found);
    else
        for (int n = 0; n < pending; n++)
            if (calls[n].who->rank != lost)
                memcpy(found + one->count * calls[n].who->rank, calls[n].send,
                       one->count * sizeof *found);
    return found;
}

int ncclGroupStart(void) { depth++; return OK; }
int ncclGroupEnd(void) {
    static float *found[MANY];
    static size_t lengths[MANY];
    if (--depth) return BROKEN;
    for (int n = 0; n < pending; n++)
        if (calls[n].take) found[n] = result(&calls[n], &lengths[n]);
    for (int n = 0; n < pending; n++)
        if (calls[n].take) {
            memcpy(calls[n].take, found[n], lengths[n] * sizeof(float));
            free(found[n]);
        }
    pending = 0;
    return OK;
}
