/** For people: why a flow was decided about as it was, and what is odd about a list of rules. */
package io.tun2socks.rules.explain;
