package io.tun2socks.config.clash;

/**
 * The section {@code profile}.
 *
 * @param storeSelected whether the choices of groups outlive the process
 * @param storeFakeIp whether fake addresses do
 */
public record ProfileConfig(boolean storeSelected, boolean storeFakeIp) {}
