/** Clash's configuration file: keys, defaults and messages. */
package io.tun2socks.config.clash;
