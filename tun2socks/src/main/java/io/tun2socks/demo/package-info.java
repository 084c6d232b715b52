/** Small servers for the demo and the tests: a SOCKS5 server, a web site, a UDP echo. Not for production. */
package io.tun2socks.demo;
