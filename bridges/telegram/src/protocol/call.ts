import type { Api } from 'telegram'

export interface Caller {
  invoke<R extends Api.AnyRequest>(request: R, dcId?: number): Promise<R['__response']>
}

export interface CallOptions {
  /** Of one try, milliseconds. */
  readonly deadlineMs?: number
  readonly signal: AbortSignal
  readonly dcId?: number
}

const defaultDeadlineMs = 15_000

/** The network did not answer, however often it was asked; what was asked may have been done. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError'
}

/**
 * One call with a deadline. A request that the client drops while it reconnects stays pending for ever, so the same request is
 * handed over again, as often as it takes; a repeat that had been done already is recognised by its random id.
 * @throws UnansweredError when the signal ends it, the client's RPCError for a refusal
 */
export async function call<R extends Api.AnyRequest>(
  caller: () => Caller | undefined,
  request: R,
  { deadlineMs = defaultDeadlineMs, signal, dcId }: CallOptions,
): Promise<R['__response']> {
  for (;;) {
    if (signal.aborted) throw new UnansweredError(request.className)
    const answer = await within(caller()?.invoke(request, dcId), deadlineMs, signal)
    if (answer !== unanswered) return answer
  }
}

const unanswered = Symbol('unanswered')

async function within<T>(
  work: Promise<T> | undefined,
  ms: number,
  signal: AbortSignal,
): Promise<T | typeof unanswered> {
  let end = (): void => undefined
  const waiting = new Promise<typeof unanswered>((resolve) => {
    // Where there is no connection a short pause is enough: one may be there then.
    const timer = setTimeout(() => resolve(unanswered), work === undefined ? Math.min(ms, 500) : ms)
    const abort = (): void => resolve(unanswered)
    signal.addEventListener('abort', abort)
    end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  })
  try {
    work?.catch(() => undefined)
    return await (work === undefined ? waiting : Promise.race([work, waiting]))
  } catch (error) {
    // The client itself gives up on a call when its connection goes.
    if (error instanceof Error && /disconnect|not connected|Cannot send requests/i.test(error.message))
      return await waiting
    throw error
  } finally {
    end()
  }
}

/** The text of a refusal, such as CHAT_ADMIN_REQUIRED; undefined for other errors. */
export function refusalOf(error: unknown): string | undefined {
  const text = (error as { errorMessage?: unknown } | undefined)?.errorMessage
  return typeof text === 'string' ? text : undefined
}

/** Seconds that the network asks to wait; undefined for other errors. */
export function waitOf(error: unknown): number | undefined {
  const { seconds } = (error ?? {}) as { seconds?: unknown }
  if (typeof seconds === 'number') return seconds
  const [, digits] = /^(?:FLOOD|SLOWMODE|FLOOD_PREMIUM)_WAIT_(\d+)$/.exec(refusalOf(error) ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}

const endings = new Set([
  'AUTH_KEY_UNREGISTERED',
  'AUTH_KEY_INVALID',
  'AUTH_KEY_DUPLICATED',
  'SESSION_REVOKED',
  'SESSION_EXPIRED',
  'USER_DEACTIVATED',
  'USER_DEACTIVATED_BAN',
])

/** Does the network say that it will not do that, now or later? */
export function isRefusal(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  const isFinal = typeof code === 'number' && code >= 400 && code < 500 && waitOf(error) === undefined
  return isFinal && refusalOf(error) !== undefined && !isLoginOver(error)
}

/** Does the error say that the login is over? */
export function isLoginOver(error: unknown): boolean {
  return endings.has(refusalOf(error) ?? '')
}
