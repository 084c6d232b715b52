/**
 * Views of protocol headers: static accessors over a buffer and an absolute offset, so that parsing neither copies nor
 * allocates. Every method expects that the caller has checked that the header lies within the buffer.
 */
package io.tun2socks.tcpstack.wire;
