/**
 * Written to postgresql.conf once, so that they can be changed there. Durability (fsync, synchronous_commit,
 * full_page_writes) is Postgres' default and stays.
 * Statements and parameters are kept out of the log: records and tokens travel in them.
 */
export const CLUSTER_SETTINGS: readonly string[] = [
  "shared_buffers=128MB",
  "max_connections=60",
  "max_wal_size=1GB",
  "timezone=UTC",
  "log_timezone=UTC",
  "log_checkpoints=off",
  "log_error_verbosity=terse",
  "log_min_error_statement=panic",
  "log_parameter_max_length_on_error=0",
];

/** Over TCP on this machine, with the password; nothing else. */
export const HOST_BASED_AUTHENTICATION = "host all all 127.0.0.1/32 scram-sha-256\n";

/** What each start decides anew; given on the command line, which beats the configuration file. */
export function startSettings(port: number): string[] {
  const settings = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    // A socket's path is limited to about 100 bytes, less than the path of many a checkout.
    "unix_socket_directories=",
    "logging_collector=off",
    "log_destination=stderr",
  ];
  return settings.flatMap((setting) => ["-c", setting]);
}
