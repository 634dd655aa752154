import { DisconnectReason } from '@whiskeysockets/baileys'

/** What is to be done after a connection has ended. */
export type Verdict =
  | { readonly do: 'reconnect'; readonly isAtOnce: boolean; readonly message: string }
  /** Another connection has taken the place: fighting for it would go on for ever. */
  | { readonly do: 'yield'; readonly message: string }
  /** The login is over. */
  | { readonly do: 'log-in-again'; readonly message: string }
  | { readonly do: 'stop'; readonly message: string }

const stopped: Readonly<Record<number, string>> = {
  402: 'WhatsApp has blocked this account for a while; look into WhatsApp on the phone',
  403: 'WhatsApp has banned this account; look into WhatsApp on the phone',
  405: 'WhatsApp no longer lets this version of the bridge connect; it needs an update',
  406: 'WhatsApp has banned this account; look into WhatsApp on the phone',
  409: 'WhatsApp no longer lets this version of the bridge connect; it needs an update',
  411: 'WhatsApp wants the account to use linked devices; update WhatsApp on the phone',
  463: 'WhatsApp has restricted this account; look into WhatsApp on the phone',
}

/** @param code as the library gives it: the reason of a failed login, or of the end of a stream */
export function verdictOn(code: number | undefined): Verdict {
  if (code === DisconnectReason.restartRequired) {
    return { do: 'reconnect', isAtOnce: true, message: 'WhatsApp asked to connect again' }
  }
  if (code === DisconnectReason.connectionReplaced) {
    const message = 'another program has taken over this linked device; say `reconnect` once it is gone'
    return { do: 'yield', message }
  }
  if (code === DisconnectReason.loggedOut) {
    return { do: 'log-in-again', message: 'the phone has removed this linked device' }
  }
  const message = stopped[code ?? 0]
  if (message !== undefined) return { do: 'stop', message }
  return { do: 'reconnect', isAtOnce: false, message: 'the connection to WhatsApp was lost; connecting again' }
}

/** Every code for linking was shown for its time. The library gives it the number of a lost connection, too. */
export function areCodesUsedUp(error: unknown): boolean {
  return error instanceof Error && error.message === 'QR refs attempts ended'
}

/**
 * The number in an error of the library's; undefined where there is none, and where the connection was never WhatsApp's: what a
 * proxy on the way answers with says nothing about the account.
 */
export function codeOf(error: unknown): number | undefined {
  const { output, data } = (error ?? {}) as { output?: { statusCode?: unknown }; data?: unknown }
  if (typeof data === 'number') return data
  if (data instanceof Error) return undefined
  return typeof output?.statusCode === 'number' ? output.statusCode : undefined
}

const firstPauseMs = 1000
const longestPauseMs = 300_000

/** Doubling, with up to half of it more or less, so that many do not come back at the same moment. */
export function pauseMs(failures: number, random: () => number = Math.random): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 12))
  return Math.round(pause * (0.75 + random() / 2))
}
