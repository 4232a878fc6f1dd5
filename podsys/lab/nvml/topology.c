/* How near GPUs are to each other, to processors and to memory. */
#include <limits.h>
#include <string.h>

#include "getters.h"
#include "nvlink.h"

#define P2P_NVLINK 2
#define P2P_UNSUPPORTED 5

/* How far two GPUs are apart: 0 the same, 10 one switch, up to 50 another processor. */
static Code read_distance(unsigned int one, unsigned int other, unsigned int *out)
{
    *out = 0;
    return one == other ? OK : gpu_uint(one, out, "path.%u", other);
}

static Code begin_pair(Gpu one, Gpu other, const void *out, unsigned int index[2])
{
    Code code = begin_gpu(one, &index[0]);
    if (code == OK)
        code = begin_gpu(other, &index[1]);
    return code == OK && out == NULL ? INVALID_ARGUMENT : code;
}

API Code nvmlDeviceGetTopologyCommonAncestor(Gpu one, Gpu other, unsigned int *out)
{
    unsigned int index[2];
    Code code = begin_pair(one, other, out, index);
    return code == OK ? read_distance(index[0], index[1], out) : code;
}

/* The GPUs at this distance; without an array only their number. */
API Code nvmlDeviceGetTopologyNearestGpus(Gpu gpu, unsigned int level, unsigned int *count,
                                          Gpu *out)
{
    unsigned int index, gpus, distance, found = 0;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = count != NULL ? count_gpus(&gpus) : INVALID_ARGUMENT;
    for (unsigned int i = 0; code == OK && i < gpus; i++) {
        code = read_distance(index, i, &distance);
        if (code != OK || i == index || distance != level)
            continue;
        if (out != NULL && found < *count)
            out[found] = gpu_handle(i);
        found++;
    }
    if (code != OK)
        return code;
    unsigned int room = *count;
    *count = found;
    return out != NULL && room < found ? INSUFFICIENT_SIZE : OK;
}

API Code nvmlDeviceGetP2PStatus(Gpu one, Gpu other, unsigned int kind, unsigned int *out)
{
    unsigned int index[2], links;
    Code code = begin_pair(one, other, out, index);
    if (code != OK)
        return code;
    if (kind > 4)
        return INVALID_ARGUMENT;
    *out = 0;
    if (kind == P2P_NVLINK && count_links(index[0], &links) != OK)
        *out = P2P_UNSUPPORTED;
    return OK;
}

API Code nvmlDeviceOnSameBoard(Gpu one, Gpu other, int *out)
{
    unsigned int index[2];
    Code code = begin_pair(one, other, out, index);
    if (code == OK)
        *out = index[0] == index[1];
    return code;
}

/* Of GPUs whose memory is a NUMA node; these are not. */
UNSUPPORTED(nvmlDeviceGetNumaNodeId)
UNSUPPORTED(nvmlDeviceGetC2cModeInfoV)
