# shellcheck shell=bash
# Builds the jar for the scripts that need it. Sourced in the root of the checkout, by a script that has the functions
# say and fail.

jar=tun2socks/target/tun2socks.jar
least_java=17

# The user who called sudo, if the checkout is that user's to write; what is built is to be that user's as well.
builder=
if [[ -n ${SUDO_USER:-} && ${SUDO_UID:-0} -ne 0 ]] && runuser -u "$SUDO_USER" -- test -w .; then
  builder=$SUDO_USER
fi
as_builder() {
  if [[ -n $builder ]]; then
    runuser -u "$builder" -- env HOME="$(getent passwd "$builder" | cut -d: -f6)" "$@"
  else
    "$@"
  fi
}

# The major version of a JDK, or 0: by its javac, since a JRE cannot build.
jdk_version() {
  local answer
  answer=$("$1/bin/javac" -version 2>&1) || answer=
  [[ $answer =~ ^javac\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}" || echo 0
}

# The JDK to build with: JAVA_HOME, or the one on the search path, or else the newest that lies about.
find_jdk() {
  local home best='' best_version=0 version
  local homes=("${JAVA_HOME:-/nonexistent}")
  home=$(type -P javac) && homes+=("$(readlink -f "$home" | sed 's:/bin/javac$::')")
  for home in "${homes[@]}"; do
    if [[ -x $home/bin/javac && $(jdk_version "$home") -ge $least_java ]]; then
      echo "$home"
      return
    fi
  done
  for home in /usr/lib/jvm/* /usr/java/* /opt/jdk* /opt/java/* ~/.sdkman/candidates/java/* ~/.jdks/*; do
    [[ -x $home/bin/javac ]] || continue
    version=$(jdk_version "$home")
    if [[ $version -ge $least_java && $version -gt $best_version ]]; then
      best=$home best_version=$version
    fi
  done
  echo "$best"
}

# Maven: on root's search path, or on that of the user who called sudo.
find_maven() {
  type -P mvn || { [[ -n $builder ]] && runuser -l "$builder" -c 'command -v mvn' 2>/dev/null; } || true
}

# Builds the jar where it is not there, or older than its sources.
build_jar() {
  local jdk maven log stale=()
  if [[ -e $jar && -z $(find pom.xml .mvn tcpstack/{pom.xml,src/main} rules/{pom.xml,src/main} \
    tun2socks/{pom.xml,src/main} -newer "$jar" -print -quit) ]]; then
    return
  fi
  jdk=$(find_jdk)
  [[ -n $jdk ]] || fail "needs a JDK $least_java or newer to build tun2socks; install one," \
    "such as by: apt install openjdk-17-jdk-headless (Debian 12) or openjdk-21-jdk-headless"
  maven=$(find_maven)
  [[ -n $maven ]] || fail "needs Maven 3.8 or newer to build tun2socks; install it, such as by: apt install maven"
  say "building $jar; the first time this takes a minute or more, as Maven fetches what it needs"
  if [[ -n $builder ]]; then
    # What an earlier build as root left would stand in the way.
    mapfile -d '' -t stale < <(find . -maxdepth 2 -type d -name target -print0)
    [[ ${#stale[@]} -eq 0 ]] || chown -R "$builder" "${stale[@]}"
  fi
  log=$(mktemp)
  if ! as_builder env JAVA_HOME="$jdk" "$maven" -B -ntp -Dstyle.color=never -Dmaven.test.skip=true \
    -Dspotless.check.skip=true -pl tun2socks -am package >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "the build failed"
  fi
  rm -f "$log"
}
