import type { LoadedConfig } from './config/load-config.ts'

/** SQLite files are kept in the data folder. */
export function databaseLocation({ config, inData }: Pick<LoadedConfig, 'config' | 'inData'>): string {
  const file = /^sqlite:(.+)$/.exec(config.database)?.[1]
  return file === undefined ? config.database : `sqlite:${inData(file)}`
}
