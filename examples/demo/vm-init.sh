#!/bin/sh
# PID 1 of the demonstration VM: network, web server, counted lines on the console, power off when asked.
/bin/busybox mkdir -p /proc /sys /dev /tmp
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
for module in $(/bin/busybox cat /modules/order); do /bin/busybox insmod "/modules/$module" 2>/dev/null; done
/bin/busybox ip link set lo up
/bin/busybox ip link set eth0 up
/bin/busybox ip addr add 10.0.2.15/24 dev eth0
/bin/busybox ip route add default via 10.0.2.2
# The group's address comes on the kernel command line: orch.group=10.0.2.2
for word in $(/bin/busybox cat /proc/cmdline); do
  case $word in orch.group=*) ORCH_GROUP_ADDRESS=${word#orch.group=} ;; esac
done
export ORCH_GROUP_ADDRESS
# The power button is an input event; whoever reads it decides.
for device in /dev/input/event*; do
  [ -e "$device" ] && (/bin/busybox head -c 1 "$device" >/dev/null && /bin/busybox poweroff -f) &
done
exec /bin/sh /serve.sh vm 80 /bin/busybox /www /sibling.sh
