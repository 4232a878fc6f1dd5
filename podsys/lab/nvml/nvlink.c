#include "nvlink.h"

#include "pci.h"

enum { P2P, SYSTEM_MEMORY, P2P_ATOMICS, SYSTEM_ATOMICS, SLI, VALID, CAPABILITIES };

Code count_links(unsigned int index, unsigned int *count)
{
    Code code = gpu_uint(index, count, "nvlink.count");
    if (code == OK && *count > MAX_LINKS)
        return UNKNOWN;
    return code == OK && *count == 0 ? NOT_SUPPORTED : code;
}

Code read_link_errors(unsigned int index, unsigned int link, unsigned int counter, uint64_t *out)
{
    static const char *const NAMES[] = {"replay", "recovery", "crc", "crc_data", "ecc"};
    return gpu_counter(index, out, "nvlink.%u.%s", link, NAMES[counter]);
}

Code read_link_speed(unsigned int index, unsigned int link, unsigned int *out)
{
    unsigned int active;
    Code code = gpu_uint(index, &active, "nvlink.%u.active", link);
    if (code == OK && !active)
        *out = 0;
    return code == OK && active ? gpu_uint(index, out, "nvlink.%u.speed", link) : code;
}

/* Begins a call about one link of one GPU. */
static Code begin_link(Gpu gpu, unsigned int link, const void *out, unsigned int *index)
{
    unsigned int count;
    Code code = begin_gpu(gpu, index);
    if (code == OK)
        code = count_links(*index, &count);
    if (code != OK)
        return code;
    return out != NULL && link < count ? OK : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetNvLinkState(Gpu gpu, unsigned int link, unsigned int *out)
{
    unsigned int index;
    Code code = begin_link(gpu, link, out, &index);
    return code == OK ? gpu_uint(index, out, "nvlink.%u.active", link) : code;
}

API Code nvmlDeviceGetNvLinkVersion(Gpu gpu, unsigned int link, unsigned int *out)
{
    unsigned int index;
    Code code = begin_link(gpu, link, out, &index);
    return code == OK ? gpu_uint(index, out, "nvlink.version") : code;
}

API Code nvmlDeviceGetNvLinkCapability(Gpu gpu, unsigned int link, unsigned int capability,
                                       unsigned int *out)
{
    unsigned int index;
    Code code = begin_link(gpu, link, out, &index);
    if (code != OK)
        return code;
    if (capability >= CAPABILITIES)
        return INVALID_ARGUMENT;
    *out = capability != SLI;
    return OK;
}

API Code nvmlDeviceGetNvLinkErrorCounter(Gpu gpu, unsigned int link, unsigned int counter,
                                         uint64_t *out)
{
    unsigned int index;
    Code code = begin_link(gpu, link, out, &index);
    if (code != OK)
        return code;
    return counter < LINK_COUNTERS ? read_link_errors(index, link, counter, out)
                                   : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetNvLinkRemoteDeviceType(Gpu gpu, unsigned int link, unsigned int *out)
{
    unsigned int index;
    Code code = begin_link(gpu, link, out, &index);
    return code == OK ? gpu_uint(index, out, "nvlink.%u.remote.type", link) : code;
}

API Code nvmlDeviceGetNvLinkRemotePciInfo_v2(Gpu gpu, unsigned int link, PciInfo *out)
{
    char text[32];
    unsigned int index, id;
    PciPlace place;
    Code code = begin_link(gpu, link, out, &index);
    if (code == OK)
        code = gpu_text(index, text, sizeof text, "nvlink.%u.remote.bdf", link);
    if (code == OK)
        code = gpu_uint(index, &id, "nvlink.%u.remote.id", link);
    if (code != OK)
        return code;
    if (!parse_place(text, &place))
        return UNKNOWN;
    fill_pci_info(out, &place, id, 0);
    return OK;
}
