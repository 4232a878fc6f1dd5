/* The calls of NVIDIA's driver that podsys's programs make, on the host's memory.
 *
 * FAKE_GPUS: how many there are. FAKE_FREE: bytes free on each. FAKE_SPOIL: the copy of this number
 * arrives with one wrong byte. FAKE_NO_PEERS: no GPU reaches another. FAKE_BARRED: what goes from
 * one directly is slower than through the host. Kernels are those of kernels.cu, run here by one
 * thread. */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels.cu"

typedef unsigned long long address;
enum { OK = 0, INVALID = 1, NO_DEVICE = 100, PEER_ENABLED = 704 };

static long number(const char *name, long otherwise) {
    const char *said = getenv(name);
    return said ? atol(said) : otherwise;
}
static int gpus(void) { return (int)number("FAKE_GPUS", 2); }

static int current = -1, peers[64][64], copies;
static char contexts[64];

int cuInit(unsigned flags) { return flags ? INVALID : gpus() ? OK : NO_DEVICE; }
int cuDriverGetVersion(int *version) { *version = 12020; return OK; }
int cuGetErrorName(int code, const char **name) {
    *name = code == NO_DEVICE ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR_INVALID_VALUE";
    return OK;
}
int cuDeviceGetCount(int *count) { *count = gpus(); return OK; }
int cuDeviceGet(int *device, int index) { *device = 100 + index; return OK; }
int cuDeviceGetName(char *name, int room, int device) {
    return snprintf(name, room, "Fake GPU") < room && device >= 100 ? OK : INVALID;
}
int cuDeviceGetPCIBusId(char *name, int room, int device) {
    return snprintf(name, room, "0000:%02X:00.0", device) < room ? OK : INVALID;
}
int cuDeviceGetAttribute(int *found, int which, int device) {
    *found = which == 16 && device >= 100 ? 2 : 0;
    return *found ? OK : INVALID;
}
int cuDevicePrimaryCtxRetain(void **context, int device) {
    *context = &contexts[device - 100];
    return OK;
}
int cuCtxSetCurrent(void *context) { current = (int)((char *)context - contexts); return OK; }
int cuDeviceCanAccessPeer(int *can, int one, int other) {
    *can = one != other && !getenv("FAKE_NO_PEERS");
    return OK;
}
int cuCtxEnablePeerAccess(void *context, unsigned flags) {
    int other = (int)((char *)context - contexts);
    if (flags || other == current) return INVALID;
    return peers[current][other]++ ? PEER_ENABLED : OK;
}
int cuMemGetInfo_v2(size_t *free, size_t *total) {
    *free = *total = (size_t)number("FAKE_FREE", 80L << 30);
    return current < 0 ? INVALID : OK;
}

int cuMemAlloc_v2(address *found, size_t bytes) {
    *found = (address)malloc(bytes);
    return current < 0 ? INVALID : OK;
}
int cuMemFree_v2(address at) { free((void *)at); return OK; }
int cuMemHostAlloc(void **found, size_t bytes, unsigned flags) {
    *found = malloc(bytes);
    return flags == 1 ? OK : INVALID;
}
int cuMemFreeHost(void *at) { free(at); return OK; }
int cuMemsetD8Async(address to, unsigned char byte, size_t bytes, void *stream) {
    memset((void *)to, byte, bytes);
    return stream ? OK : INVALID;
}
int cuMemcpyAsync(address to, address from, size_t bytes, void *stream) {
    memcpy((void *)to, (void *)from, bytes);
    if (++copies == number("FAKE_SPOIL", 0)) ((char *)to)[bytes / 2] ^= 1;
    return stream ? OK : INVALID;
}

/* Through the host it takes longer, as long as neither reaches the other. */
int cuMemcpyPeerAsync(address to, char *there, address from, char *here, size_t bytes,
                      void *stream) {
    int one = (int)(here - contexts), other = (int)(there - contexts);
    int direct = peers[one][other] || peers[other][one];
    struct timespec slow = {0, 200000}, slower = {0, 600000};
    if (one != current || one == other) return INVALID;
    if (!direct || getenv("FAKE_BARRED")) nanosleep(direct ? &slower : &slow, NULL);
    return cuMemcpyAsync(to, from, bytes, stream);
}

int cuModuleLoadData(void **module, const char *text) {
    *module = (void *)1;
    return strstr(text, ".target") ? OK : INVALID;
}
int cuModuleGetFunction(const char **kernel, void *module, const char *name) {
    *kernel = strdup(name);
    return module ? OK : INVALID;
}
#define WORD(kind, place) (*(kind *)words[place])
int cuLaunchKernel(const char *name, unsigned gx, unsigned gy, unsigned gz, unsigned bx,
                   unsigned by, unsigned bz, unsigned shared, void *stream, void **words,
                   void **extra) {
    if (!gx || gy != 1 || gz != 1 || !bx || by != 1 || bz != 1 || shared || !stream || extra)
        return INVALID;
    if (!strcmp(name, "fill"))
        fill(WORD(float *, 0), WORD(size, 1), WORD(size, 2), WORD(unsigned, 3));
    else if (!strcmp(name, "compare"))
        compare(WORD(float *, 0), WORD(size, 1), WORD(size, 2), WORD(unsigned, 3),
                WORD(unsigned, 4), WORD(size *, 5));
    else if (!strcmp(name, "prepare"))
        prepare(WORD(double *, 0), WORD(double *, 1), WORD(size, 2));
    else if (!strcmp(name, "triad"))
        triad(WORD(double *, 0), WORD(double *, 1), WORD(double *, 2), WORD(double, 3),
              WORD(size, 4));
    else if (!strcmp(name, "compare_triad"))
        compare_triad(WORD(double *, 0), WORD(double, 1), WORD(size, 2), WORD(size *, 3));
    else
        return INVALID;
    return OK;
}

int cuStreamCreate(void **stream, unsigned flags) {
    *stream = malloc(1);
    return flags == 1 ? OK : INVALID;
}
int cuStreamSynchronize(void *stream) { return stream ? OK : INVALID; }
int cuEventCreate(double **event, unsigned flags) {
    *event = calloc(1, sizeof **event);
    return flags ? INVALID : OK;
}
int cuEventRecord(double *event, void *stream) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *event = (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
    return stream ? OK : INVALID;
}
int cuEventSynchronize(double *event) { return *event ? OK : INVALID; }
int cuEventElapsedTime(float *spent, double *begin, double *end) {
    *spent = (float)(*end - *begin);
    return OK;
}
int cuEventDestroy_v2(double *event) { free(event); return OK; }
