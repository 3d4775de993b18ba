#!/usr/bin/env bash
# Gets what the tests need, builds, runs every test, and ends with "N passed, N failed".
set -u -o pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export DOTNET_TieredPGO=0   # nothing here runs long enough to gain by a profile what taking it costs

fail() { printf '%s\n' "$1" >&2; printf '0 passed, 1 failed\n'; exit 1; }

# Foreign peers that the tests run for real; /usr/bin/python3 is Debian's.
packages=(python3 python3-grpcio python3-protobuf protobuf-compiler python3-zeep python3-xmlsec xmlsec1 libxml2-utils libxml-security-java libbcprov-java openssl qpdf poppler-utils redis-server haproxy postgresql util-linux)
# Any Java compiler there is will do for Santuario.
command -v javac >/dev/null || packages+=(default-jdk-headless)
# The Node peer takes any node and npm there are; its packages come with the lock file beside it.
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >&2 && apt-get install -y -q --no-install-recommends "${missing[@]}" >&2 || fail "apt-get could not install: ${missing[*]}"
  else
    fail "The tests need these Debian packages: ${missing[*]} (as root: apt-get install ${missing[*]})"
  fi
fi

logs=$(mktemp -d); trap 'rm -rf "$logs"' EXIT
export logs

# One compiler for all projects, whatever the environment says: the analysers take longer to start than most projects to compile. It goes with the build.
compiler=interlink-$$
dotnet build Vss.Interlink.sln -c Release -v quiet -nologo -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" || fail "The build failed."
dotnet "$(dirname "$(readlink -f "$(command -v dotnet)")")/sdk/$(dotnet --version)/Roslyn/bincore/VBCSCompiler.dll" -shutdown "-pipename:$compiler" >/dev/null 2>&1

# Two at a time, the longest first: servers that are killed and come back are mostly waited for. Those that count seconds or take every core run alone.
together=(Gateway Exchange Cli XmlSecurity Connectors EdXml Sandbox)
alone=(Exchange.Simulation Trust Rpc)
run() {
  name=Vss.Interlink.$1.Tests
  dotnet test "tests/$name/bin/Release/net10.0/$name.dll" --nologo --results-directory "tests/$name/TestResults" --blame-hang-timeout 5m --logger "console;verbosity=minimal" >"$logs/$1" 2>&1 ||
    touch "$logs/failed"
  flock "$logs" cat "$logs/$1"
}
export -f run
printf '%s\n' "${together[@]}" | xargs -P 2 -I{} bash -c 'run {}'
for project in "${alone[@]}"; do run "$project"; done

# One line per test project: "Passed!  - Failed: 0, Passed: 12, Skipped: 0, Total: 12, ...".
read -r failed passed skipped < <(sed -nE 's/^(Passed|Failed|Skipped)! +- Failed: +([0-9]+), Passed: +([0-9]+), Skipped: +([0-9]+),.*/\2 \3 \4/p' "$logs"/* |
  awk '{ failed += $1; passed += $2; skipped += $3 } END { printf "%d %d %d\n", failed, passed, skipped }')
projects=$(find tests -name '*.Tests.csproj' | wc -l)
reported=$(cat "$logs"/* | grep -cE '^(Passed|Failed|Skipped)! +- Failed:')
if [ "$reported" -ne "$projects" ]; then
  printf '%s of %s test projects reported; a test host died or found no test, or a project is in neither list of this script.\n' "$reported" "$projects" >&2
  failed=$((failed + projects - reported))
fi
[ ! -e "$logs/failed" ] || [ "$failed" -gt 0 ] || failed=1
if [ "$skipped" -gt 0 ]; then printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
else printf '%d passed, %d failed\n' "$passed" "$failed"; fi
[ "$failed" -eq 0 ]
