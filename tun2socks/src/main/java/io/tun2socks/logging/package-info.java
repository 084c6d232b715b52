/** The log: logback set up in code, one line per event on standard error. */
package io.tun2socks.logging;
