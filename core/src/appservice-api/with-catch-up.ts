import type { Socket } from 'node:net'
import type { Dispatch, Router } from '@pons/http'
import { MatrixError, type Clock } from '@pons/matrix'
import type { Logger } from 'pino'

interface CatchUpOptions {
  readonly router: Router
  readonly homeserver: Dispatch
  /** Takes in what was not pushed. */
  readonly catchUp: () => Promise<void>
  readonly clock: Clock
  readonly logger: Logger
}

const pauseMs = 250

/**
 * A homeserver that ends takes its connections along, and may have forgotten what it was to push. Where one ends and nobody
 * answers behind it, what was missed is taken in as soon as somebody does, and everything pushed meanwhile waits for that, so
 * that it stays in order.
 */
export function withCatchUp(options: CatchUpOptions): Router {
  const { router, homeserver, catchUp, clock, logger } = options
  const watched = new WeakSet<Socket>()
  let catching: Promise<void> | undefined
  const caughtUp = async (): Promise<void> => {
    for (;;) {
      try {
        return await catchUp()
      } catch (error) {
        // The bridge has ended.
        if (error instanceof Error && error.name === 'AbortError') return
        if (error instanceof MatrixError && error.status < 500)
          return logger.info({ err: error }, 'the homeserver does not say what was missed')
        await new Promise<void>((resolve) => void clock.schedule(resolve, pauseMs))
      }
    }
  }
  const onClose = (): void => {
    isThere(homeserver).then(
      (itIs) => {
        if (itIs || catching !== undefined) return
        catching = caughtUp().finally(() => (catching = undefined))
      },
      () => undefined,
    )
  }
  const listener: Router['listener'] = (request, response) => {
    const { socket } = request
    if (!watched.has(socket)) {
      watched.add(socket)
      socket.once('close', onClose)
    }
    if (catching === undefined) return router.listener(request, response)
    void catching.then(() => router.listener(request, response))
  }
  return { ...router, listener }
}

async function isThere(homeserver: Dispatch): Promise<boolean> {
  const versions = { method: 'GET', url: '/_matrix/client/versions', headers: {} }
  return await homeserver(versions).then(
    ({ status }) => status === 200,
    () => false,
  )
}
