/** Finds the programs that local flows belong to. */
package io.tun2socks.process;
