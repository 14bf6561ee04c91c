#!/bin/sh
# Builds the native launcher beside its sources: static, so that a task's processes share nothing with the agent's system.
# Without a C compiler the executor works by shell scripts instead, slower.
set -e
cd "$(dirname "$0")"
${CC:-cc} -std=gnu17 -O2 -Wall -Wextra -Wno-format-truncation -static -s -o orch-launch.new ./*.c
mv orch-launch.new orch-launch
