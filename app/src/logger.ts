import { mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { destination, pino, type Logger } from 'pino'
import { redactPhones } from './redact-phones.ts'

/** Values under these names never reach the log. */
const redactedPaths = [
  'password',
  'token',
  'access_token',
  'as_token',
  'hs_token',
  'authorization',
  '*.password',
  '*.token',
  '*.access_token',
  '*.as_token',
  '*.hs_token',
  '*.authorization',
  '*.body',
  '*.formatted_body',
  'body',
  'formatted_body',
]

export interface LogOptions {
  readonly level: string
  /** Standard error when undefined. */
  readonly file?: string
}

/** @throws the system's error where the file cannot be written */
export function createLogger({ level, file }: LogOptions): Logger {
  const target = file === undefined ? destination({ dest: 2, sync: true }) : openLog(file)
  const redact = { paths: redactedPaths, censor: '[redacted]' }
  return pino({ level, base: null, redact, hooks: { streamWrite: redactPhones } }, target)
}

/** It names people: for its owner alone. */
function openLog(file: string): ReturnType<typeof destination> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // Opened here: the stream would do it later, and fail where nobody waits.
  const target = destination({ dest: openSync(file, 'a', 0o600), sync: false })
  let hasFailed = false
  // A disk that is full must not end what runs; it is said once, where an operator looks next.
  target.on('error', (error: Error) => {
    if (!hasFailed) console.error(`pons: the log ${file} cannot be written: ${error.message}`)
    hasFailed = true
  })
  return target
}
