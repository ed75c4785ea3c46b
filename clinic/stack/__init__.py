"""The whole product on one machine: a real PostgreSQL and Valkey, web, worker and beat.

For `./run`, `./test` and demonstrations. Production names its servers by DATABASE_URL and REDIS_URL
and starts web, worker and beat its own way; nothing there imports this package.
"""
