/** The contents of rule providers: their formats, and the sets made of them. */
package io.tun2socks.rules.provider;
