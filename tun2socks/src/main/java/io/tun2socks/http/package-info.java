/** A small HTTP/1.1 client that goes out through any outbound: for downloads and for health checks. */
package io.tun2socks.http;
