import { BridgeError } from '@pons/core'
import type { IrcContext } from '../irc-context.ts'
import type { Outcome } from '../protocol/deliveries.ts'

/** When the bridge stops while an answer is awaited, the answer has this long to come. */
const lastChanceMs = 1500

export async function unlessStopped(irc: IrcContext, sent: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  let cancel: (() => void) | undefined
  let onAbort: (() => void) | undefined
  const stopped = new Promise<never>((_, reject) => {
    onAbort = () => {
      cancel = irc.network.parts.clock.schedule(
        () =>
          reject(
            new BridgeError('the bridge stopped while the message was sent', { isCertain: false, isRetryable: true }),
          ),
        lastChanceMs,
      )
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([sent, stopped])
  } finally {
    cancel?.()
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}
