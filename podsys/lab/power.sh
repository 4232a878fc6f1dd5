#!/bin/sh
# The power supply of one practice node: boots it, and boots it again when it reboots.
# usage: power.sh NODE_DIR LAB_DIR NETNS MACHINE NAME CGROUP
node=$1 lab=$2 netns=$3 machine=$4 name=$5 cgroup=$6
copies=$lab/copies/$name hardware=$lab/hardware/$name

# Put this process into a control group of its own, in whichever trees the host has.
join() {
    for tree in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
        [ -e "$tree/cgroup.procs" ] || continue
        mkdir -p "$tree/$cgroup/$1" && echo 0 > "$tree/$cgroup/$1/cgroup.procs"
    done
}

# A kernel that starts has its defaults: knobs, network knobs and modules are forgotten.
reset() {
    rm -rf "$copies"/sys/module/*
    cp -r "$lab/kernel/." "$copies/"
    [ ! -e "$node/booted" ] ||
        ip netns exec "$netns" sysctl -e -q -p "$lab/netns.sysctl" >/dev/null 2>&1
    : > "$node/booted"
    [ ! -e "$node/hardware.json" ] || "$PODSYS_PYTHON" -m podsys.lab.hardware.boot "$node"
}

boot() (
    join node
    # The node's network namespace is its own, so are its knobs and the right to set them.
    export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
    set --
    [ ! -d "$hardware" ] ||
        set -- --bind="$hardware:/run/podsys-lab-hardware" --bind-ro="$hardware/dev:/run/podsys-lab-log"
    exec systemd-nspawn --quiet --boot --capability=CAP_NET_ADMIN --register=no --keep-unit --link-journal=no \
        --directory="$node/root" --machine="$machine" --hostname="$name" \
        --network-namespace-path="/run/netns/$netns" \
        --resolv-conf=off --timezone=off --console=read-only \
        --bind="$copies:/run/podsys-lab-kernel" \
        --bind-ro=/sys/devices/system/cpu:/run/podsys-lab-cpu "$@"
)

join power
while reset; do
    boot </dev/null
    # 133 says that the node asked for a reboot; anything else is power off.
    [ $? -eq 133 ] || exit
done
