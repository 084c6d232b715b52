/** What the user asked for: flags and configuration file, read in the syntax of xjasonlyu's tun2socks and checked. */
package io.tun2socks.config;
