/* A GPU's place in the NVLink fabric. One that needs none says so: state 0. */
#include <string.h>

#include "answers.h"

#define UUID_BYTES 16

typedef struct Fabric {
    unsigned char uuid[UUID_BYTES];
    unsigned int status, clique, state;
} Fabric;

/* Versions 2 and 3; the second ends before `summary`. */
typedef struct FabricV {
    unsigned int version;
    Fabric fabric;
    unsigned int health;
    unsigned char summary;
} FabricV;

/* The 32 digits of a UUID, with or without hyphens. */
static Code parse_uuid(const char *text, unsigned char *uuid)
{
    static const char DIGITS[] = "0123456789abcdef";
    int count = 0;
    for (; *text != '\0'; text++) {
        const char *digit = strchr(DIGITS, *text);
        if (*text == '-')
            continue;
        if (digit == NULL || count == 2 * UUID_BYTES)
            return UNKNOWN;
        unsigned char value = (unsigned char)(digit - DIGITS);
        uuid[count / 2] = count % 2 ? (unsigned char)(uuid[count / 2] | value)
                                    : (unsigned char)(value << 4);
        count++;
    }
    return count == 2 * UUID_BYTES ? OK : UNKNOWN;
}

static Code read_fabric(Gpu gpu, Fabric *fabric)
{
    char uuid[64];
    unsigned int index;
    memset(fabric, 0, sizeof *fabric);
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    code = gpu_uint(index, &fabric->state, "fabric.state");
    if (code != OK)
        return code == NOT_SUPPORTED ? OK : code;
    code = gpu_uint(index, &fabric->status, "fabric.status");
    if (code == OK)
        code = gpu_uint(index, &fabric->clique, "fabric.clique");
    if (code == OK)
        code = gpu_text(index, uuid, sizeof uuid, "fabric.uuid");
    return code == OK ? parse_uuid(uuid, fabric->uuid) : code;
}

API Code nvmlDeviceGetGpuFabricInfo(Gpu gpu, Fabric *out)
{
    Fabric fabric;
    Code code = read_fabric(gpu, &fabric);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    *out = fabric;
    return OK;
}

API Code nvmlDeviceGetGpuFabricInfoV(Gpu gpu, FabricV *out)
{
    Fabric fabric;
    Code code = read_fabric(gpu, &fabric);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    if (out->version != (36 | 2U << 24) && out->version != (sizeof *out | 3U << 24))
        return WRONG_VERSION;
    out->fabric = fabric;
    out->health = 0;
    if (out->version >> 24 == 3)
        out->summary = 0;
    return OK;
}
