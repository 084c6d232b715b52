/** The running proxy: shards that join a device queue, a stack and the outbounds' channels on one event loop each. */
package io.tun2socks.engine;
