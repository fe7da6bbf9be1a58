#!/usr/bin/env bash
# Runs the acceptance script of the main job, where there is one: an executable main-job in $YUXIN_ACCEPTANCE, else in
# ../shared/acceptance beside this checkout. It judges the program from outside, by other people's programs.
set -euo pipefail
folder=${YUXIN_ACCEPTANCE:-$YUXIN_SOURCE_DIR/../shared/acceptance}
if [ ! -f "$folder/main-job" ]; then
  echo "SKIPPED: no acceptance script in $folder (YUXIN_ACCEPTANCE names another folder)"
  exit 77
fi
exec bash "$folder/main-job"
