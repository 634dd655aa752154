export { DataError } from './data-error.ts'
export type { Database, Queryable, SqlRow, SqlValue, Transaction } from './database.ts'
export { openDatabase, openPostgres, openSqlite } from './open-database.ts'
export { migrate, MigrationError, readMigrations, type MigrateOptions, type Migration } from './migrator.ts'
