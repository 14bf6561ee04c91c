#!/bin/sh
# The demonstration's CGI script: fetches a sibling of the group. The query string is the sibling's port.
# nc and not wget: a static wget needs the C library's name service modules, which the image does not have.
printf 'Content-Type: text/plain\r\n\r\n'
printf 'the %s asked: ' "$DEMO_NAME"
printf 'GET / HTTP/1.0\r\n\r\n' | "$DEMO_BUSYBOX" nc -w 10 "$ORCH_GROUP_ADDRESS" "$QUERY_STRING" | "$DEMO_BUSYBOX" sed '1,/^\r*$/d'
