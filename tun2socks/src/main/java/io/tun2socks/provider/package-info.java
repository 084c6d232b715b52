/** Rule and proxy providers at run time: read from files, fetched, cached, renewed; starting never waits for them. */
package io.tun2socks.provider;
