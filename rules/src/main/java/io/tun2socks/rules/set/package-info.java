/** Sets of domain names and of addresses in little memory, as rule providers and geographic data need them. */
package io.tun2socks.rules.set;
