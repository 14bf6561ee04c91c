#!/bin/sh
# The demonstration's CGI script: fetches a sibling of the group. The query string is the sibling's port.
printf 'Content-Type: text/plain\r\n\r\n'
printf 'the %s asked: ' "$DEMO_NAME"
exec "${DEMO_BUSYBOX:-busybox}" wget -q -T 10 -O - "http://${ORCH_GROUP_ADDRESS}:${QUERY_STRING}/"
