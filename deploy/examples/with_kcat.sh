#!/usr/bin/env bash
# A subscriber with kcat and jq, for cron or a look: reads to the end of the topic, then ends.
#
# Each paid invoice becomes a file that has the event's id as its name. So a record that comes again
# is known, and a file is there whole or not at all. The offset is noted after that: kcat's own group
# mode would commit what was delivered, handled or not.
set -euo pipefail

servers=${BOOTSTRAP_SERVERS:-localhost:9092}
topic=${TOPIC:-plentific.invoices} # with prefix, if there is one
folder=${FOLDER:-paid-invoices}
mkdir -p "$folder/paid" "$folder/unread" "$folder/offsets"

# Of each record one line: offset, type, version, id, and all of it. "-" stands for what is missing.
readonly LINE='
  .headers as $all
  | (reduce range(0; $all | length; 2) as $i ({}; .[$all[$i]] = $all[$i + 1])) as $found
  | [.offset, ($found.ce_type // "-"), ($found.ce_dataschema // "-" | split("/") | last),
     ($found.ce_id // "-"), (. + {headers: $found} | tojson)]
  | map(tostring | if . == "" then "-" else . end) | join("\u001f")'

put() { # writes a file at once
  printf '%s\n' "$2" >"$1.new"
  mv "$1.new" "$1"
}

take() { # partition, offset, type, version, id, record
  if [[ $3 != - && $3 != plentific.invoice.paid ]]; then
    echo "$1/$2 $3: passed over"
  elif [[ $3 == - || $4 != v1 || ! $5 =~ ^[0-9a-f-]{36}$ ]] ||
    ! invoice=$(jq -ce '.payload | fromjson | .invoice | objects' <<<"$6" 2>/dev/null); then
    put "$folder/unread/$1-$2.json" "$6"
    echo "$1/$2 put aside"
  elif [[ -e $folder/paid/$5.json ]]; then
    echo "$1/$2 $5: known"
  else
    put "$folder/paid/$5.json" "$invoice"
    echo "$1/$2 $5: entered"
  fi
}

read_partition() {
  local noted="$folder/offsets/$1" offset type version id record
  kcat -C -q -e -J -b "$servers" -t "$topic" -p "$1" -X auto.offset.reset=earliest \
    -o "$(cat "$noted" 2>/dev/null || echo beginning)" |
    jq -r --unbuffered "$LINE" |
    while IFS=$'\x1f' read -r offset type version id record; do
      take "$1" "$offset" "$type" "$version" "$id" "$record"
      put "$noted" $((offset + 1))
    done
}

kcat -L -J -b "$servers" -t "$topic" |
  jq -r '.topics[] | if .error then error(.error) else .partitions[].partition end' |
  while read -r partition; do
    read_partition "$partition" </dev/null
  done
