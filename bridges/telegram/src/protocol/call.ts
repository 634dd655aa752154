import type { Api } from 'telegram'
import { UnansweredError } from './unanswered-error.ts'

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
