/**
 * What servers answered to INFO when they ran with appendonly and maxmemory 256mb: the sections that the probe reads,
 * without the lines that are of no interest to it.
 */
export const infoReplies = [
  {
    name: 'Redis 6.2',
    version: '6.2.14',
    usedMemory: 939472,
    info: `# Server
redis_version:6.2.14
redis_mode:standalone

# Memory
used_memory:939472
used_memory_human:917.45K
maxmemory:268435456
maxmemory_human:256.00M
maxmemory_policy:noeviction

# Persistence
loading:0
rdb_bgsave_in_progress:0
rdb_last_bgsave_status:ok
rdb_last_bgsave_time_sec:-1
aof_enabled:1
aof_rewrite_in_progress:0
aof_rewrite_scheduled:0
aof_last_rewrite_time_sec:-1
aof_last_bgrewrite_status:ok
aof_last_write_status:ok
`
  },
  {
    name: 'Redis 7.0',
    version: '7.0.15',
    usedMemory: 917272,
    info: `# Server
redis_version:7.0.15
redis_mode:standalone

# Memory
used_memory:917272
used_memory_human:895.77K
maxmemory:268435456
maxmemory_human:256.00M
maxmemory_policy:noeviction

# Persistence
loading:0
async_loading:0
rdb_bgsave_in_progress:0
rdb_last_bgsave_status:ok
rdb_last_bgsave_time_sec:-1
aof_enabled:1
aof_rewrite_in_progress:0
aof_rewrite_scheduled:0
aof_last_rewrite_time_sec:-1
aof_last_bgrewrite_status:ok
aof_last_write_status:ok
`
  },
  {
    name: 'Redis 8.2',
    version: '8.2.3',
    usedMemory: 695000,
    info: `# Server
redis_version:8.2.3
redis_mode:standalone
listener0:name=tcp,bind=*,bind=-::*,port=7999

# Memory
used_memory:695000
used_memory_human:678.71K
maxmemory:268435456
maxmemory_human:256.00M
maxmemory_policy:noeviction

# Persistence
loading:0
async_loading:0
rdb_bgsave_in_progress:0
rdb_last_bgsave_status:ok
rdb_last_bgsave_time_sec:-1
aof_enabled:1
aof_rewrite_in_progress:0
aof_rewrite_scheduled:0
aof_last_rewrite_time_sec:-1
aof_last_bgrewrite_status:ok
aof_last_write_status:ok
`
  },
  {
    name: 'Valkey 9.1',
    version: 'Valkey 9.1.2',
    usedMemory: 1019160,
    info: `# Server
redis_version:7.2.4
server_name:valkey
valkey_version:9.1.2
valkey_release_stage:ga
server_mode:standalone
listener0:name=tcp,bind=*,bind=-::*,port=7999

# Memory
used_memory:1019160
used_memory_human:995.27K
maxmemory:268435456
maxmemory_human:256.00M
maxmemory_policy:noeviction

# Persistence
loading:0
async_loading:0
rdb_bgsave_in_progress:0
rdb_last_bgsave_status:ok
rdb_last_bgsave_time_sec:-1
aof_enabled:1
aof_rewrite_in_progress:0
aof_rewrite_scheduled:0
aof_last_rewrite_time_sec:-1
aof_last_bgrewrite_status:ok
aof_last_write_status:ok
`
  }
]
