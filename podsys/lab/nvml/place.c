#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "pci.h"

/* Reads up to eight hexadecimal digits and steps over them; false if there are none, or more. */
static bool take_hex(const char **text, unsigned int *value)
{
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
    int count = 0;
    *value = 0;
    for (; **text != '\0'; (*text)++, count++) {
        const char *digit = strchr(DIGITS, **text);
        if (digit == NULL)
            break;
        if (count == 8)
            return false;
        *value = *value * 16 + (unsigned int)((digit - DIGITS) % 16);
    }
    return count > 0;
}

bool parse_place(const char *text, PciPlace *place)
{
    unsigned int parts[3], count = 0;
    if (text == NULL)
        return false;
    *place = (PciPlace){0, 0, 0, 0};
    do {
        if (count == 3 || !take_hex(&text, &parts[count++]))
            return false;
    } while (*text == ':' && *text++ != '\0');
    if (*text == '.') {
        text++;
        if (!take_hex(&text, &place->function))
            return false;
    }
    if (*text != '\0' || count < 2)
        return false;
    place->domain = count == 3 ? parts[0] : 0;
    place->bus = parts[count - 2];
    place->device = parts[count - 1];
    return place->bus <= 0xff && place->device <= 0x1f && place->function <= 7;
}

bool same_place(const PciPlace *one, const PciPlace *other)
{
    return one->domain == other->domain && one->bus == other->bus && one->device == other->device
        && one->function == other->function;
}

Code read_place(unsigned int index, PciPlace *place)
{
    char text[32];
    Code code = gpu_text(index, text, sizeof text, "pci.bdf");
    if (code != OK)
        return code;
    return parse_place(text, place) ? OK : UNKNOWN;
}

void fill_pci_info(PciInfo *info, const PciPlace *place, unsigned int id, unsigned int subsystem)
{
    memset(info, 0, sizeof *info);
    info->domain = place->domain;
    info->bus = place->bus;
    info->device = place->device;
    info->id = id;
    info->subsystem = subsystem;
    snprintf(info->short_place, sizeof info->short_place, "%04X:%02X:%02X.0",
             place->domain & 0xffff, place->bus & 0xff, place->device & 0x1f);
    snprintf(info->place, sizeof info->place, "%08X:%02X:%02X.0", place->domain, place->bus,
             place->device);
}
