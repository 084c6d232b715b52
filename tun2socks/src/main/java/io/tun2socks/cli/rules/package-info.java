/** The commands {@code tun2socks rules …}: what the rules decide, why, and what is wrong with them. */
package io.tun2socks.cli.rules;
