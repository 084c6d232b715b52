/** The userspace network stack: IP, TCP, UDP and ICMP as a pure function of packets, times and a seed. */
package io.tun2socks.tcpstack;
