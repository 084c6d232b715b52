/** Puts a clash configuration together: rules, providers, proxies and groups become one router. */
package io.tun2socks.assembly;
