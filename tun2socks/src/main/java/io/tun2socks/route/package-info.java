/** Decides about flows by rules: joins the rule engine with proxies, name look-ups and the search for owners. */
package io.tun2socks.route;
