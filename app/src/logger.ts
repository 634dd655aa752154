import { destination, pino, type Logger } from 'pino'

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

export function createLogger({ level, file }: LogOptions): Logger {
  const target =
    file === undefined ? destination({ dest: 2, sync: true }) : destination({ dest: file, mkdir: true, sync: false })
  return pino({ level, base: null, redact: { paths: redactedPaths, censor: '[redacted]' } }, target)
}
