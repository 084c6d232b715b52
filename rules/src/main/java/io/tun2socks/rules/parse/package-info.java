/** Rules as text: lines of configurations and of rule sets become conditions; patterns over names and paths. */
package io.tun2socks.rules.parse;
