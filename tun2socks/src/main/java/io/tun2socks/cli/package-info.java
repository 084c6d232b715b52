/** The command line: flags in Go's style, subcommands, the life cycle of the process and its exit codes. */
package io.tun2socks.cli;
