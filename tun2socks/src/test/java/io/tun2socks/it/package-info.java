/**
 * Integration tests: the packaged program as a process, real kernel clients and servers, in network namespaces that the
 * tests make and remove.
 *
 * <p>{@link io.tun2socks.it.Lab} is what a test class needs: two namespaces, the "internet" in one of them, the program
 * and the clients in the other. Everything here needs root, /dev/net/tun and some tools
 * ({@link io.tun2socks.it.RequiresRoot} says which are missing).
 *
 * <p>Environment: {@code TUN2SOCKS_PROGRAM} tests another program in the same lab (a command, split at blanks, that
 * takes the same flags); {@code TUN2SOCKS_JAVA} is the {@code java} that runs ours; {@code TUN2SOCKS_REQUIRE_ROOT=true}
 * turns a missing requirement from a skipped test into a failed one.
 */
package io.tun2socks.it;
