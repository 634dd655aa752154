import type { Timers } from './timers.ts'

export interface KeepAliveOptions {
  readonly intervalMs: number
  readonly timeoutMs: number
  /** For how long nothing has been read; undefined while it is we who do not read. */
  readonly silentMs: () => number | undefined
  readonly ask: () => void
  readonly onSilent: () => void
  readonly timers: Timers
}

/** Asks a server that says nothing whether it is there, and finds it silent when it does not answer. */
export function keepAlive({ intervalMs, timeoutMs, silentMs, ask, onSilent, timers }: KeepAliveOptions): void {
  const check = (): void => {
    const forMs = silentMs()
    if (forMs !== undefined && forMs >= timeoutMs) return onSilent()
    if (forMs !== undefined && forMs >= intervalMs) ask()
    timers.after(intervalMs, check)
  }
  timers.after(intervalMs, check)
}
