#!/bin/sh
# The demonstration's web task: busybox httpd with the CGI script beside it, counting lines on standard output.
# Usage: serve.sh NAME PORT BUSYBOX WWW SIBLING
DEMO_NAME=$1
DEMO_BUSYBOX=$3
export DEMO_NAME DEMO_BUSYBOX
"$3" mkdir -p "$4/cgi-bin"
"$3" cp "$5" "$4/cgi-bin/sibling"
"$3" chmod 755 "$4/cgi-bin/sibling"
echo "hello from the $1" >"$4/index.html"
"$3" httpd -f -p "$2" -h "$4" &
line=0
while :; do
  echo "$1 line $line"
  line=$((line + 1))
  "$3" sleep 0.5
done
