#!/usr/bin/env bash
# Builds the hub and its sandbox and runs the main job over real sockets.
#   ./demo.sh           a table of what happened
#   ./demo.sh --json    one JSON object on standard output, everything else on standard error
#   ./demo.sh --stay    keeps everything up afterwards and prints endpoints and commands
set -u -o pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
for project in Gateway Sandbox Cli; do
  dotnet build "src/Vss.Interlink.$project" -c Release -v quiet -nologo >&2 || { echo "The build failed." >&2; exit 1; }
done
bin() { printf 'src/Vss.Interlink.%s/bin/Release/net10.0/%s.dll' "$1" "$2"; }
exec dotnet "$(bin Sandbox interlink-sandbox)" demo --gateway "$(bin Gateway interlink-gateway)" --cli "$(bin Cli interlink)" --pki certs-dev "$@"
