/* The older field values about NVLink errors, which have a number for each link. */
#include "fields.h"
#include "nvlink.h"

#define NVLINK_4 6

/* Numbers of the fields of links 0 to 5, of links 6 to 11, and of all together. */
static const struct Legacy {
    unsigned int first, more, all, counter;
} LEGACY[] = {
    {32, 96, 38, CRC_FLIT}, {39, 102, 45, CRC_DATA}, {46, 108, 52, REPLAY},
    {53, 114, 59, RECOVERY}, {148, 154, 160, ECC_DATA},
};

/* On Hopper and later these answer 0 whatever happened: seen in DataDog/datadog-agent#55966. */
static Code read_legacy_errors(unsigned int index, unsigned int link, unsigned int counter,
                               Field *field)
{
    unsigned int version;
    uint64_t errors = 0;
    Code code = gpu_uint(index, &version, "nvlink.version");
    if (code == OK)
        code = read_errors(index, link, counter, &errors);
    return set_ulong_long(field, code, code == OK && version < NVLINK_4 ? errors : 0);
}

Code read_old_link_field(unsigned int index, Field *field)
{
    for (size_t i = 0; i < sizeof LEGACY / sizeof LEGACY[0]; i++) {
        const struct Legacy *legacy = &LEGACY[i];
        if (field->id >= legacy->first && field->id < legacy->first + 6)
            return read_legacy_errors(index, field->id - legacy->first, legacy->counter, field);
        if (field->id >= legacy->more && field->id < legacy->more + 6)
            return read_legacy_errors(index, field->id - legacy->more + 6, legacy->counter, field);
        if (field->id == legacy->all)
            return read_legacy_errors(index, ALL_LINKS, legacy->counter, field);
    }
    return NOT_FOUND;
}
