import { chmodSync, statSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { LoadedConfig } from './config/load-config.ts'
import { databaseLocation } from './database-location.ts'

const ofOthers = 0o077

/**
 * Takes from others on this host what they may do with the files of a run: database, keys, media, log. Such a file may have been
 * made by an earlier version or by another program, under any umask. What cannot be mended is said, with what to do.
 */
export async function keepPrivate(loaded: LoadedConfig, logger: Logger): Promise<void> {
  const { config, file, besideFile, inData } = loaded
  const media = inData('media')
  const wasMediaOpen = isOpen(media)
  for (const folder of [inData('.'), media]) close(folder, 0o700, logger)
  for (const path of privateFiles(loaded)) close(path, 0o600, logger)
  if (wasMediaOpen) await closeTree(media, logger)
  // These are the operator's own, and may be meant to be read by a group: said, not changed.
  for (const path of [file, ...config.registration_files.map(besideFile)]) {
    if (isOpen(path)) logger.warn({ path }, 'others on this host can read a file with secrets; chmod 600 closes it')
  }
}

function privateFiles(loaded: LoadedConfig): string[] {
  const { config, besideFile, inData } = loaded
  const database = /^sqlite:(.+)$/.exec(databaseLocation(loaded))?.[1]
  const log = config.log.file
  return [
    ...(database === undefined ? [] : ['', '-wal', '-shm'].map((ending) => database + ending)),
    inData(config.signing_key_file),
    ...(log === undefined ? [] : [besideFile(log)]),
  ]
}

async function closeTree(folder: string, logger: Logger): Promise<void> {
  for await (const entry of await opendir(folder, { recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) close(path, 0o700, logger)
    else if (entry.isFile()) close(path, 0o600, logger)
  }
}

function close(path: string, mode: number, logger: Logger): void {
  if (!isOpen(path)) return
  try {
    chmodSync(path, mode)
    logger.warn({ path }, 'others on this host could use a file of this server; it is closed to them now')
  } catch (error) {
    const advice = `others on this host can use a file of this server; its owner closes it with chmod ${mode.toString(8)}`
    logger.error({ err: error, path }, advice)
  }
}

function isOpen(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  return mode !== undefined && (mode & ofOthers) !== 0
}
