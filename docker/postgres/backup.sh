#!/usr/bin/env bash
# Takes a base backup, keeps the newest KEEP of them, and forgets the WAL files that none of them needs.
# With --every-day it goes on until it is stopped; a failure is tried again after ten minutes.
set -euo pipefail

folder=${BACKUPS:-/backups} keep=${KEEP:-7}

take() {
    local name
    name=$(date -u +%Y%m%dT%H%M%SZ)
    rm -rf "$folder"/base/.part-*
    # With the WAL files that it needs to be whole, so that it opens without the archive too.
    pg_basebackup --pgdata "$folder/base/.part-$name" --format tar --gzip --checkpoint fast \
        --wal-method fetch --no-password --label "$name"
    mv "$folder/base/.part-$name" "$folder/base/$name"
    forget
    touch "$folder/last-base-backup"
    echo "base backup $name is complete"
}

forget() {
    local kept oldest
    mapfile -t kept < <(find "$folder/base" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*' | sort -r)
    for ((i = keep; i < ${#kept[@]}; i++)); do
        rm -rf "${kept[i]}"
    done
    # The oldest one that stays names the first WAL file that is still needed.
    oldest=${kept[$((${#kept[@]} < keep ? ${#kept[@]} - 1 : keep - 1))]}
    pg_archivecleanup "$folder/wal" "$(first_wal "$oldest")"
}

first_wal() {
    tar --extract --gzip --to-stdout --file "$1/base.tar.gz" backup_label |
        sed -n 's/^START WAL LOCATION: .* (file \([0-9A-F]*\))$/\1/p'
}

if [[ ${1:-} != --every-day ]]; then
    take
    exit
fi
trap 'exit 0' TERM INT
while true; do
    if take; then pause=86400; else pause=600; fi
    sleep "$pause" &
    wait $!
done
