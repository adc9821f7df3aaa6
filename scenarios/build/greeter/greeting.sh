#!/bin/sh
# Says it once, then waits as a service does.
echo "@GREETING@ $NAME"
echo "$$" > ready
exec sleep 1000
