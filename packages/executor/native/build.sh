#!/bin/sh
# Builds the native launcher beside its sources, static: it has to run in roots that hold nothing else.
#
#   build.sh        for this machine, with any C compiler ($CC). Preferred to what is shipped.
#   build.sh ship   what is shipped for this architecture, with musl ($CC, musl-gcc), and the stamp of its sources, which
#                   `npm run check` compares: run it as the last step of a change here, and commit what it makes.
set -e
export LC_ALL=C
cd "$(dirname "$0")"
flags="-std=gnu17 -Wall -Wextra -Wno-format-truncation -static -s"
if [ "$1" != ship ]; then
  # shellcheck disable=SC2086
  ${CC:-cc} $flags -O2 -o orch-launch.new ./*.c
  mv orch-launch.new orch-launch
  exit
fi
case $(uname -m) in
  x86_64) place=built/linux-x64 machine=x86_64-linux-gnu ;;
  aarch64) place=built/linux-arm64 machine=aarch64-linux-gnu ;;
  *) echo "there is no launcher for $(uname -m)" >&2; exit 1 ;;
esac
mkdir -p "$place"
# The kernel's headers come last: musl's own go first.
# shellcheck disable=SC2086
${CC:-musl-gcc} $flags -Os -ffunction-sections -fdata-sections -Wl,--gc-sections -Wl,--build-id=none \
  -idirafter /usr/include -idirafter "/usr/include/$machine" -o "$place/orch-launch" ./*.c
cat ./*.c ./*.h build.sh | sha256sum | cut -d ' ' -f 1 >"$place/sources.sha256"
