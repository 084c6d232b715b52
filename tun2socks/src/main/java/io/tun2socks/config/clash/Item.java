package io.tun2socks.config.clash;

import org.snakeyaml.engine.v2.nodes.Node;

/**
 * An element of a list, or a value of a mapping whose keys are names.
 *
 * @param path for messages, such as {@code proxies[2]}
 * @param pattern for tables, such as {@code proxies[]}
 * @param name its key in the mapping; empty in a list
 * @param line where it begins, from 1
 * @param node what it is
 */
record Item(String path, String pattern, String name, int line, Node node) {}
