/** The first rule of a list that matches a flow: how one condition is answered, one by one, and by indexes. */
package io.tun2socks.rules.match;
