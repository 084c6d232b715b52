/** Groups of proxies, as clash has them: which member a flow takes, which members are alive, and how that is found out. */
package io.tun2socks.outbound.group;
