import type { IncomingMessage } from 'node:http'
import type { Router } from './router.ts'

/**
 * Several routers behind one listener, each below a first segment of its own, `/name/…`, which it does not see; `otherwise`
 * serves what is below none of them.
 */
export function mountRouters(mounts: ReadonlyMap<string, Router>, otherwise: Router): Router {
  const all = [...mounts.values(), otherwise]
  /** Takes the segment off the address. */
  const choose = (request: { url?: string | undefined }): { router: Router; url: string } => {
    const url = request.url ?? '/'
    const [, name = '', rest = ''] = /^\/([^/?]*)(\/.*)$/.exec(url) ?? []
    const router = mounts.get(name)
    return router === undefined ? { router: otherwise, url } : { router, url: rest }
  }
  const chosen = (request: IncomingMessage): Router => {
    const { router, url } = choose(request)
    request.url = url
    return router
  }
  return {
    dispatch: async (request) => {
      const { router, url } = choose(request)
      return await router.dispatch({ ...request, url })
    },
    listener: (request, response) => chosen(request).listener(request, response),
    listenerBefore: (fallback) => (request, response) => chosen(request).listenerBefore(fallback)(request, response),
    refuse: (refusalOf) => {
      for (const router of all) router.refuse(refusalOf)
    },
    async drain(timeoutMs) {
      await Promise.all(all.map((router) => router.drain(timeoutMs)))
    },
  }
}
