import type { BridgeContext } from './bridge-context.ts'

/** Logs what went wrong. What an orderly stop breaks off has not: it is done after the next start. */
export function logFailure(
  { logger, signal }: Pick<BridgeContext, 'logger' | 'signal'>,
  level: 'warn' | 'error',
  facts: { readonly err: unknown } & Readonly<Record<string, unknown>>,
  words: string,
): void {
  logger[signal.aborted ? 'debug' : level](facts, words)
}
