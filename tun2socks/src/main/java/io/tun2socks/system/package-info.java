/** What the process changes on the machine around it, and how that is undone. */
package io.tun2socks.system;
