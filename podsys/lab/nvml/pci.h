/* Places on the PCI bus, and NVML's ways to say one. */
#ifndef PODSYS_PCI_H
#define PODSYS_PCI_H

#include <stdbool.h>

#include "codes.h"

typedef struct PciPlace {
    unsigned int domain, bus, device, function;
} PciPlace;

/* What nvmlDeviceGetPciInfo_v3 fills. The first four versions of it begin the same way. */
typedef struct PciInfo {
    char short_place[16];
    unsigned int domain, bus, device, id, subsystem;
    char place[32];
} PciInfo;

/* Domain, bus, device, function in hexadecimal; domain or function may be left out. */
bool parse_place(const char *text, PciPlace *place);
bool same_place(const PciPlace *one, const PciPlace *other);

/* Where a GPU is: `gpu.N.pci.bdf`. */
Code read_place(unsigned int index, PciPlace *place);

/* All of it, for a device whose ids are `id` and `subsystem` (device in the upper half). */
void fill_pci_info(PciInfo *info, const PciPlace *place, unsigned int id, unsigned int subsystem);

#endif
