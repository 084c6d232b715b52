/**
 * What the program asks of the Linux kernel outside Netty: a few libc calls through JNA, and a small client for rtnetlink
 * and for the table of sockets.
 *
 * <p>For set-up and look-ups on a thread of their own, never on the packet path. Everything here acts in the network namespace of the calling thread, or
 * in that of the socket it was opened with.
 */
package io.tun2socks.linux;
