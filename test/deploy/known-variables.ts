/** The variables that the images in docker-compose.yml read, beside what our own scripts read in them. */
export const knownVariables: Record<string, readonly string[]> = {
  postgres: ['POSTGRES_PASSWORD'],
  redis: ['REDISCLI_AUTH'],
  // Its configuration template, and its entry point.
  'temporalio/server': [
    ...['DB', 'POSTGRES_SEEDS', 'DB_PORT', 'POSTGRES_USER', 'POSTGRES_PWD', 'NUM_HISTORY_SHARDS'],
    ...['BIND_ON_IP', 'DYNAMIC_CONFIG_FILE_PATH', 'PROMETHEUS_ENDPOINT', 'LOG_LEVEL'],
  ],
  // temporal-sql-tool, and the temporal command.
  'temporalio/admin-tools': [
    ...['SQL_PLUGIN', 'SQL_HOST', 'SQL_PORT', 'SQL_USER', 'SQL_PASSWORD'],
    ...['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'],
  ],
  'temporalio/ui': [
    ...['TEMPORAL_ADDRESS', 'TEMPORAL_DEFAULT_NAMESPACE', 'TEMPORAL_CORS_ORIGINS'],
    'TEMPORAL_DISABLE_NEWS_FETCH',
  ],
};
