package io.leasegate.server.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The file of instances that is watched.
 *
 * @param path where it is, or will be
 * @param interval between two looks at it
 */
public record FileConfig(Path path, Duration interval) {}
