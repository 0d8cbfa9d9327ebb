#!/usr/bin/env bash
# PostgreSQL calls this for each full WAL file: archive.sh PATH NAME. Anything but 0 makes it try again, and it
# keeps the file until this succeeds.
set -euo pipefail

from=$1 name=$2 folder=${BACKUPS:-/backups}/wal
if [[ -f $folder/$name ]]; then
    # Archived before a crash: fine when it is the same, a mix-up of two servers when it is not.
    cmp --silent "$from" "$folder/$name"
    exit
fi
cp "$from" "$folder/.$name.part"
sync "$folder/.$name.part"
mv "$folder/.$name.part" "$folder/$name"
sync "$folder"
