/** The rule engine: what a flow is, in; where it goes, out. */
package io.tun2socks.rules;
