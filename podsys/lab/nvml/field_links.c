/* Field values about NVLinks: of one, which is their scope, or of all. */
#include "fields.h"
#include "nvlink.h"

static Code sum_errors(unsigned int index, unsigned int counter, uint64_t *out)
{
    unsigned int links;
    uint64_t errors;
    Code code = count_links(index, &links);
    *out = 0;
    for (unsigned int i = 0; code == OK && i < links; i++) {
        code = read_link_errors(index, i, counter, &errors);
        *out += errors;
    }
    return code;
}

Code read_errors(unsigned int index, unsigned int link, unsigned int counter, uint64_t *out)
{
    unsigned int links;
    if (link == ALL_LINKS)
        return sum_errors(index, counter, out);
    Code code = count_links(index, &links);
    if (code != OK)
        return code;
    return link < links ? read_link_errors(index, link, counter, out) : INVALID_ARGUMENT;
}

static Code read_speed(unsigned int index, unsigned int link, Field *field)
{
    unsigned int links, speed = 0;
    Code code = count_links(index, &links);
    if (code == OK)
        code = link < links ? read_link_speed(index, link, &speed) : INVALID_ARGUMENT;
    return set_uint(field, code, speed);
}

/* What active links have in common: the speed of the first. */
static Code read_common_speed(unsigned int index, Field *field)
{
    unsigned int links, speed = 0;
    Code code = count_links(index, &links);
    for (unsigned int i = 0; code == OK && speed == 0 && i < links; i++)
        code = read_link_speed(index, i, &speed);
    return set_uint(field, code, speed);
}

static Code count_link_field(unsigned int index, Field *field)
{
    unsigned int links = 0;
    Code code = count_links(index, &links);
    return set_uint(field, code == NOT_SUPPORTED ? OK : code, links);
}

/* Links whose other end is an NVSwitch. */
static Code count_switched(unsigned int index, Field *field)
{
    unsigned int links, active, type, found = 0;
    Code code = count_links(index, &links);
    for (unsigned int i = 0; code == OK && i < links; i++) {
        code = gpu_uint(index, &active, "nvlink.%u.active", i);
        if (code == OK && active && gpu_uint(index, &type, "nvlink.%u.remote.type", i) == OK)
            found += type == 2;
    }
    return set_uint(field, code, found);
}

static Code read_state(unsigned int index, Field *field)
{
    unsigned int links, active = 0;
    Code code = count_links(index, &links);
    if (code == OK)
        code = field->scope < links ? gpu_uint(index, &active, "nvlink.%u.active", field->scope)
                                    : INVALID_ARGUMENT;
    return set_uint(field, code, active);
}

static Code read_version(unsigned int index, Field *field)
{
    unsigned int version = 0;
    Code code = gpu_uint(index, &version, "nvlink.version");
    return set_uint(field, code, version);
}

static Code read_scoped_errors(unsigned int index, unsigned int counter, Field *field)
{
    uint64_t errors;
    Code code = read_errors(index, field->scope, counter, &errors);
    return set_ulong_long(field, code, errors);
}

/* KiB that went over it: nobody uses an emulated link. */
static Code read_traffic(unsigned int index, Field *field)
{
    unsigned int links;
    Code code = count_links(index, &links);
    return set_ulong_long(field, code, 0);
}

Code read_link_field(unsigned int index, Field *field)
{
    if (field->id >= 84 && field->id <= 89)
        return read_speed(index, field->id - 84, field);
    if (field->id >= 132 && field->id <= 137)
        return read_speed(index, field->id - 132 + 6, field);
    switch (field->id) {
    case 90:
        return read_common_speed(index, field);
    case 91:
        return count_link_field(index, field);
    case 138:
    case 139:
    case 140:
    case 141:
        return read_traffic(index, field);
    case 147:
        return count_switched(index, field);
    case 161:
        return read_scoped_errors(index, REPLAY, field);
    case 162:
        return read_scoped_errors(index, RECOVERY, field);
    case 163:
        return read_scoped_errors(index, CRC_FLIT, field);
    case 164:
        return read_speed(index, field->scope, field);
    case 165:
        return read_state(index, field);
    case 166:
        return read_version(index, field);
    default:
        return read_old_link_field(index, field);
    }
}
