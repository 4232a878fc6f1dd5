/* Where a GPU is on the PCI bus and what it is there. */
#include "pci.h"

#include <string.h>

#include "answers.h"

/* Its second version; the first has no `version` but is another function. */
typedef struct PciInfoExt {
    unsigned int version, domain, bus, device, id, subsystem, base_class, sub_class;
    char place[32];
} PciInfoExt;

static Code read_pci_info(Gpu gpu, PciInfo *info, unsigned int *class)
{
    unsigned int index, id, subsystem;
    PciPlace place;
    Code code = begin_gpu(gpu, &index);
    if (code == OK)
        code = read_place(index, &place);
    if (code == OK)
        code = gpu_uint(index, &id, "pci.id");
    if (code == OK)
        code = gpu_uint(index, &subsystem, "pci.subsystem");
    if (code == OK)
        code = gpu_uint(index, class, "pci.class");
    if (code == OK)
        fill_pci_info(info, &place, id, subsystem);
    return code;
}

API Code nvmlDeviceGetPciInfo_v3(Gpu gpu, PciInfo *out)
{
    PciInfo info;
    unsigned int class;
    Code code = read_pci_info(gpu, &info, &class);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    *out = info;
    return OK;
}

/* The older versions have four reserved words where the long place is now: 16 bytes less. */
API Code nvmlDeviceGetPciInfo_v2(Gpu gpu, void *out)
{
    PciInfo info;
    unsigned int class;
    Code code = read_pci_info(gpu, &info, &class);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    memset(info.place, 0, sizeof info.place);
    memcpy(out, &info, sizeof info - 16);
    return OK;
}

API Code nvmlDeviceGetPciInfo(Gpu gpu, void *out)
{
    return nvmlDeviceGetPciInfo_v2(gpu, out);
}

API Code nvmlDeviceGetPciInfoExt(Gpu gpu, PciInfoExt *out)
{
    PciInfo info;
    unsigned int class;
    Code code = read_pci_info(gpu, &info, &class);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    if (out->version != (sizeof *out | 1U << 24))
        return WRONG_VERSION;
    *out = (PciInfoExt){out->version,   info.domain,         info.bus,
                        info.device,    info.id,             info.subsystem,
                        class >> 16,    class >> 8 & 0xff,   ""};
    memcpy(out->place, info.place, sizeof out->place);
    return OK;
}
