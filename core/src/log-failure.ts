import type { Logger } from 'pino'

/** What it takes to tell a failure from the end of the process. */
export interface FailureLog {
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** Logs what went wrong. What an orderly stop breaks off has not: it is done after the next start. */
export function logFailure(
  { logger, signal }: FailureLog,
  level: 'warn' | 'error',
  facts: { readonly err: unknown } & Readonly<Record<string, unknown>>,
  words: string,
): void {
  logger[signal.aborted ? 'debug' : level](facts, words)
}
